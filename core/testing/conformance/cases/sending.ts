import { expect } from 'chai'
import type { ConformanceBench } from '../bench.ts'
import type { VendorTrouble } from '../driver.ts'
import type { Cases } from './case.ts'

const account = 'first'
const customer = 'ada'

interface Sent {
  readonly correlationId: string
  readonly words: string
  readonly result: Readonly<Record<string, unknown>>
}

async function send(bench: ConformanceBench, more: { abortAfterMs?: number } = {}): Promise<Sent> {
  const correlationId = bench.fresh('conformance')
  const words = `words of ${correlationId}`
  bench.vendor.openWindow(account, customer)
  const to = bench.vendor.identityOf(account, customer)
  const result = await bench.ask(account, 'send', {
    to,
    correlationId,
    content: { kind: 'text', text: words },
    ...more,
  })
  return { correlationId, words, result }
}

async function sendUnder(bench: ConformanceBench, trouble: VendorTrouble): Promise<Sent> {
  bench.vendor.trouble(trouble)
  return send(bench)
}

/** What of it arrived at the vendor. */
function arrived(bench: ConformanceBench, sent: Sent) {
  return bench.vendor.received(account).filter((message) => message.text === sent.words)
}

export const sendingCases = {
  async sends(bench) {
    const sent = await send(bench)
    const [message, ...others] = arrived(bench, sent)
    expect(others).to.deep.equal([])
    expect(sent.result).to.include({ ok: true, externalId: message?.externalId })
    expect(message).to.include({ customer })
    expect(message?.correlationId).to.be.oneOf([sent.correlationId, undefined])
  },

  async finalRefusal(bench) {
    const { result } = await sendUnder(bench, 'final-refusal')
    expect(result).to.include({ ok: false })
    expect(result.failure).to.be.oneOf(['recipient', 'content', 'window'])
    expect(result.code).to.be.a('string').and.not.equal('')
  },

  async throttled(bench) {
    const refused = await sendUnder(bench, 'throttle')
    expect(refused.result).to.include({ ok: false, failure: 'throttled' })
    expect(refused.result.retryAfterMs).to.be.a('number').greaterThan(0)
    expect(arrived(bench, refused)).to.deep.equal([])
    expect((await send(bench)).result).to.include({ ok: true })
  },

  async passingFault(bench) {
    const failed = await sendUnder(bench, 'passing-fault')
    expect(failed.result).to.include({ ok: false, failure: 'retryable' })
    expect(arrived(bench, failed)).to.deep.equal([])
  },

  async lostAnswer(bench) {
    const lost = await sendUnder(bench, 'lost-answer')
    expect(lost.result).to.include({ ok: false, failure: 'unknown' })
    expect(arrived(bench, lost), 'the vendor had accepted it').to.have.length(1)
    expect((await send(bench)).result).to.include({ ok: true })
  },

  async abort(bench) {
    bench.vendor.trouble('hang')
    const started = performance.now()
    const { result } = await send(bench, { abortAfterMs: 200 })
    expect(performance.now() - started).to.be.below(3_000)
    expect(result).to.include({ ok: false })
    expect(result.failure).to.be.oneOf(['unknown', 'retryable'])
  },

  async wrongCredential(bench) {
    const { id, tenantId } = bench.server.connections[account]
    const given = bench.vendor.account(account).secrets ?? {}
    const wrong = Object.fromEntries(Object.keys(given).map((name) => [name, `${WRONG}${name}`]))
    const { database, connections } = bench.kernel
    const change = (secrets: Record<string, string>) =>
      database.transaction(tenantId, (uow) => connections.update(uow, id, { secrets }))
    await change(wrong)
    try {
      const { result } = await send(bench)
      expect(result).to.include({ ok: false, failure: 'auth' })
      expect(JSON.stringify(result)).to.not.contain(WRONG)
      const headers = {}
      const path = `/api/conformance/${tenantId}/test/${id}`
      const test = await bench.play({ method: 'GET', path, headers, body: Buffer.alloc(0) })
      expect(JSON.parse(test.body)).to.include({ ok: false })
      expect(test.body).to.not.contain(WRONG)
      await bench.tell([{ fact: 'text', account, customer, id: 'auth1', text: 'still heard' }])
    } finally {
      await change({ ...given })
    }
    expect((await send(bench)).result).to.include({ ok: true })
  },
} satisfies Cases

const WRONG = 'EAAwrongAndSecretAllTheSame0123456789'
