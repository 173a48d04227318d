import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestKernel, TestClock, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { ResendSimulator, rawMail } from '../../../adapters/resend/simulator/index.ts'

const SHOP = 'shop@bakery.example'
const API_KEY = 're_key_of_the_shop'

interface Shown {
  readonly seq: number
  readonly text: string
  readonly status: string
  readonly error: { readonly code?: string } | null
  readonly content: Readonly<Record<string, unknown>>
  readonly attachments: readonly { readonly state: string; readonly url?: string }[]
}

describe('mail by Resend', function () {
  this.timeout(60_000)
  const clock = new TestClock(new Date())
  let folder: string
  let test: TestKernel
  let simulator: ResendSimulator
  let count = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-resend-'))
    simulator = new ResendSimulator({ now: () => clock.millis() })
    const apiBaseUrl = await simulator.listen()
    test = await startTestKernel({
      plugins: [
        { use: './adapters/local-files', settings: { folder } },
        './plugins/contacts',
        { use: './plugins/inbox', settings: { burstMs: 0, retryBaseMs: 20 } },
        { use: './adapters/resend', settings: { apiBaseUrl, egress: { allow: ['127.0.0.0/8'] }, fetchMaxAttempts: 3 } },
      ],
      clock,
      listen: true,
    })
    const { connections, database } = test.kernel
    const secrets = { signingSecret: simulator.state.signingSecret }
    const endpoint = await connections.createEndpoint({ adapter: 'resend', tenantId: null, secrets })
    const account = {
      ...{ provider: 'resend', externalId: SHOP, name: 'The bakery', endpointId: endpoint.id },
      secrets: { apiKey: API_KEY },
    }
    await database.transaction(test.tenantId, (uow) => connections.create(uow, account))
    const endpointUrl = `${test.baseUrl}/hooks/resend/${endpoint.id}`
    simulator.addAccount({ apiKey: API_KEY, domains: ['bakery.example'], endpointUrl })
  })
  after(async () => {
    await test.stop()
    await simulator.close()
    await rm(folder, { recursive: true, force: true })
  })

  const settle = async () => {
    await test.drain(30_000)
    await simulator.webhooks.idle()
    await test.drain(30_000)
  }
  const get = async <T>(url: string) => (await test.inject({ method: 'GET', url })).body as T
  const newest = async () => (await get<{ items: { id: string }[] }>('/api/conversations')).items[0]?.id ?? ''
  const messages = async () => {
    const { items } = await get<{ items: Shown[] }>(`/api/conversations/${await newest()}/messages`)
    return items.toSorted((one, other) => one.seq - other.seq)
  }
  const last = async () => (await messages()).at(-1)
  const answer = async (payload: object) =>
    test.inject({ method: 'POST', url: `/api/conversations/${await newest()}/messages`, payload })
  const sentTo = (address: string) => simulator.state.received.all.filter(({ to }) => to.includes(address))

  const mailTo = (address: string) => {
    const [mail] = sentTo(address)
    if (mail === undefined) throw new Error(`nothing was sent to ${address}`)
    return mail
  }

  /** A mail arrives, and is announced. */
  const arrive = (text: string, more: Partial<Parameters<typeof rawMail>[0]> = {}) => {
    count += 1
    const id = `arrived-${count}`
    const from = more.from ?? `c${count}@customers.example`
    const mail = { from, to: SHOP, messageId: `${id}@customers.example`, subject: 'Hello', text, ...more }
    const arrived = { id, from, to: SHOP, raw: rawMail(mail) }
    simulator.state.arrived.set(id, arrived)
    simulator.report(API_KEY, simulator.arrivalOf(arrived))
    return from
  }

  it('is fetched raw when it arrives, with its files', async () => {
    const files = [{ fileName: 'a.txt', mimeType: 'text/plain', content: Buffer.from('a file of theirs') }]
    arrive('Grüße 👋', { files })
    await settle()
    const shown = await last()
    expect(shown?.content).to.include({ kind: 'email', subject: 'Hello', text: 'Grüße 👋' })
    expect(shown?.attachments[0]).to.include({ state: 'stored' })
    const read = await test.inject({ method: 'GET', url: shown?.attachments[0]?.url ?? '' })
    expect(read.text).to.equal('a file of theirs')
  })

  it('of one person keeps its order, whatever the fetching takes', async () => {
    simulator.faults.add({ kind: 'delay', ms: 150, path: '/emails/receiving/', times: 1 })
    const words = ['one', 'two', 'three', 'four']
    for (const text of words) arrive(text, { from: 'orderly@customers.example' })
    await settle()
    expect((await messages()).map(({ text }) => text)).to.deep.equal(words.map((text) => `Hello\n${text}`))
  })

  it('waits to be fetched while Resend fails, and while it refuses the key', async () => {
    simulator.faults.add({ kind: 'fail', path: '/emails/receiving/', times: 1 })
    simulator.faults.add({ kind: 'fail', status: 403, code: 'invalid_api_key', path: '/emails/receiving/', times: 1 })
    arrive('patience')
    await settle()
    expect((await messages()).some(({ text }) => text.includes('patience'))).to.equal(false)
    for (let turn = 0; turn < 4; turn += 1) {
      clock.advance(120_000)
      await settle()
    }
    expect((await last())?.text).to.contain('patience')
  })

  it('that Resend no longer has is told of as unknown, and holds up nothing', async () => {
    const arrived = { id: 'forgotten', from: 'x@customers.example', to: SHOP, raw: Buffer.alloc(0) }
    simulator.report(API_KEY, simulator.arrivalOf(arrived))
    await settle()
    arrive('after it')
    await settle()
    expect((await last())?.text).to.contain('after it')
  })

  it('goes out in the thread, and tells what became of it', async () => {
    const from = arrive('Torte?')
    await settle()
    expect((await answer({ text: 'Gern.' })).status).to.equal(201)
    await settle()
    const mail = mailTo(from)
    expect(mail).to.deep.include({ from: '"The bakery" <shop@bakery.example>', subject: 'Re: Hello', text: 'Gern.' })
    expect(mail.headers).to.include({ 'In-Reply-To': `<arrived-${count}@customers.example>` })
    expect((await last())?.status).to.equal('delivered')
    if (mail !== undefined)
      simulator.report(API_KEY, simulator.eventOf(mail, 'email.clicked', { click: { link: 'x' } }))
    await settle()
    expect((await last())?.status).to.equal('read')
  })

  it('is no second mail when it is sent again with the same id', async () => {
    const from = arrive('Once?')
    await settle()
    await answer({ text: 'Once.' })
    await settle()
    const [call] = simulator.requests.filter(({ path, method }) => path === '/emails' && method === 'POST').slice(-1)
    const again = await fetch(`${simulator.url}/emails`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'idempotency-key': String(call?.headers['idempotency-key']),
      },
      body: new Uint8Array(call?.body ?? Buffer.alloc(0)),
    })
    expect(again.status).to.equal(200)
    expect(sentTo(from)).to.have.lengthOf(1)
  })

  for (const [type, more, status] of [
    ['email.bounced', { bounce: { type: 'Permanent', subType: 'General', message: 'no such user' } }, 'failed'],
    ['email.complained', {}, 'delivered'],
    ['email.suppressed', { suppressed: { type: 'x', message: 'on the list' } }, 'failed'],
  ] as const)
    it(`is followed by no other after "${type}"`, async () => {
      const from = arrive('Hello?')
      await settle()
      const accounts = simulator.state.accounts
      const known = accounts.get(API_KEY)
      // Only what the case says is told of this mail.
      accounts.set(API_KEY, { apiKey: API_KEY, domains: ['bakery.example'] })
      await answer({ text: 'one' })
      await settle()
      if (known !== undefined) accounts.set(API_KEY, known)
      if (status === 'delivered') simulator.report(API_KEY, simulator.eventOf(mailTo(from), 'email.delivered'))
      simulator.report(API_KEY, simulator.eventOf(mailTo(from), type, more))
      await settle()
      expect((await last())?.status).to.equal(status)
      const refused = await answer({ text: 'two' })
      expect([refused.status, (refused.body as { code: string }).code]).to.deep.equal([409, 'inbox.opted-out'])
    })
})
