import { expect } from 'chai'
import type { ConformanceBench } from '../bench.ts'
import type { VendorCall, VendorFact } from '../driver.ts'
import type { Cases } from './case.ts'

const fact = (id: string): VendorFact => ({ fact: 'text', account: 'first', customer: 'ada', id, text: 'forged' })

/** Plays a call that must not be believed: 401 or 403, nothing stored, and no word about what would have been right. */
async function refused(bench: ConformanceBench, call: VendorCall): Promise<void> {
  const before = (await bench.events('first')).length
  const answer = await bench.play(call)
  expect(answer.status).to.be.oneOf([401, 403])
  for (const secret of Object.values(bench.webhook.secrets)) expect(answer.body).to.not.contain(secret)
  expect(await bench.events('first')).to.have.length(before)
}

async function callsOf(bench: ConformanceBench, id: string): Promise<readonly VendorCall[]> {
  return bench.vendor.calls([fact(id)])
}

export const signatureCases = {
  async unsigned(bench) {
    for (const call of await callsOf(bench, 's1')) {
      await refused(bench, bench.webhook.unsigned(call))
      await refused(bench, bench.webhook.signedWith(call, 'not-the-secret'))
      await refused(bench, bench.webhook.signedWith(call, ''))
    }
  },

  async tampered(bench) {
    for (const call of await callsOf(bench, 's2')) {
      const changed = Buffer.from(call.body.toString('utf8').replace('forged', 'FORGED'))
      await refused(bench, { ...call, body: changed })
      await refused(bench, { ...call, body: Buffer.concat([call.body, Buffer.from(' ')]) })
    }
  },

  async emptySecret(bench) {
    const secrets = bench.webhook.secrets
    const empty = Object.fromEntries(Object.keys(secrets).map((name) => [name, '']))
    const path = await bench.endpointWith(bench.provider, empty)
    for (const call of await callsOf(bench, 's3')) {
      const there = { ...call, path }
      await refused(bench, bench.webhook.signedWith(there, ''))
      await refused(bench, bench.webhook.unsigned(there))
      await refused(bench, there)
    }
  },

  async brokenBody(bench) {
    const deep = `${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}`
    for (const body of ['', '{', 'null', '[]', '7', '"x"', '{}', '\0\uFFFD', deep, 'x'.repeat(200_000)]) {
      const before = (await bench.events('first')).length
      const answer = await bench.play(bench.webhook.signed(Buffer.from(body)))
      expect(answer.status, `${body.slice(0, 10)}…`).to.be.within(400, 422)
      expect(JSON.parse(answer.body)).to.include.keys('code', 'status')
      expect(await bench.events('first')).to.have.length(before)
    }
    const invalid = await bench.play(bench.webhook.signed(Buffer.from([0xff, 0xfe, 0x7b, 0x00])))
    expect(invalid.status).to.be.within(400, 422)
    await bench.tell([fact('s4')])
  },
} satisfies Cases
