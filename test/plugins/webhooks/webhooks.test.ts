import { permits } from '@parley/core'
import { TestClock, type TestTenant } from '@parley/core/testing'
import { expect } from 'chai'
import { InboxKernel } from '../inbox/inbox-kernel.ts'
import { Receiver, verifies } from './receiver.ts'

const HOUR = 3_600_000

interface Made {
  readonly id: string
  readonly secret: string
  readonly status: string
  readonly disabledReason: string | null
  readonly pausedUntil: string | null
}

interface Shown {
  readonly id: string
  readonly state: string
  readonly tries: number
  readonly nextAt: string | null
  readonly attempts: readonly { readonly status: number | null; readonly answer: string }[]
}

describe('outgoing webhooks', () => {
  let inbox: InboxKernel
  let receiver: Receiver
  let url: string
  let clock: TestClock
  let count = 0

  beforeEach(async () => {
    clock = new TestClock(new Date())
    const settings = { egress: { allow: ['127.0.0.1/32'] }, allowHttp: true, maxSubscriptions: 3 }
    inbox = await InboxKernel.start({}, { clock, plugins: [{ use: './plugins/webhooks', settings }] })
    expect(inbox.test.kernel.report.failures).to.deep.equal([])
    receiver = new Receiver()
    url = await receiver.listen()
  })

  afterEach(async () => {
    await inbox.stop()
    await receiver.close()
  })

  const call = (method: string, path: string, payload?: object, as?: TestTenant) =>
    inbox.test.inject({
      method,
      url: `/api/webhooks${path}`,
      ...(payload === undefined ? {} : { payload }),
      ...(as === undefined ? {} : { as }),
    })
  const subscribe = async (more: object = {}) => {
    const answer = await call('POST', '', { url, events: ['message.received.v1'], ...more })
    expect(answer.status, answer.text).to.equal(201)
    return answer.body as Made
  }
  const say = async (text: string) => {
    count += 1
    await inbox.receive(inbox.on.message('+1', `m${count}`, { kind: 'text', text }))
    await inbox.test.drain()
  }
  const pass = async (ms: number) => {
    clock.advance(ms)
    await inbox.test.drain()
  }
  const deliveries = async (id: string) => {
    const { items } = (await call('GET', `/${id}/deliveries`)).body as { items: Shown[] }
    return Promise.all(items.map(async (one) => (await call('GET', `/${id}/deliveries/${one.id}`)).body as Shown))
  }
  const shown = async (id: string) => (await call('GET', `/${id}`)).body as Made

  it('come as CloudEvents that the official verifier takes, without what is personal, each event once', async () => {
    const { secret } = await subscribe()
    await say('my card number')
    expect(receiver.taken).to.have.lengthOf(1)
    const [taken] = receiver.taken
    if (taken === undefined) throw new Error('nothing came')
    expect(verifies(secret, taken)).to.equal(true)
    expect(verifies(secret, { ...taken, body: taken.body.replace('received', 'recieved') })).to.equal(false)
    expect(taken.headers['content-type']).to.contain('application/cloudevents+json')
    expect(taken.headers['webhook-id']).to.equal(taken.event.id)
    expect(taken.event).to.include({ specversion: '1.0', type: 'message.received.v1', tenantid: inbox.test.tenantId })
    expect(taken.event.data).to.include({ seq: 1 }).and.not.have.property('content')
    expect(taken.body).not.to.contain('card number')
  })

  it('hold what is personal only for somebody who may have it', async () => {
    await subscribe({ includePersonal: true })
    await say('hello')
    expect(receiver.taken[0]?.event.data.content).to.deep.include({ text: 'hello' })
    const limited = await inbox.test.createTenant('limited', { scopes: ['webhooks.read', 'webhooks.write'] })
    expect(permits({ permissions: ['webhooks.write'] }, 'webhooks.personal')).to.equal(false)
    const wish = { url, events: ['message.received.v1'], includePersonal: true }
    expect((await call('POST', '', wish, limited)).status).to.equal(403)
  })

  it('go to public addresses over https only', async () => {
    await inbox.stop()
    inbox = await InboxKernel.start({}, { clock, plugins: ['./plugins/webhooks'] })
    for (const wrong of [
      'http://example.com/',
      'https://127.0.0.1/',
      'https://[::ffff:10.0.0.1]/',
      'ftp://example.com/',
    ])
      expect((await call('POST', '', { url: wrong, events: ['contact.created.v1'] })).status, wrong).to.equal(422)
    const made = await call('POST', '', { url: 'https://example.com/', events: ['contact.created.v1'] })
    expect(made.status).to.equal(201)
  })

  it('are tried again with growing pauses, with the same id, until they are taken', async () => {
    const { id } = await subscribe()
    receiver.answers.push(500, 503)
    await say('hello')
    const [waiting] = await deliveries(id)
    expect(waiting).to.include({ state: 'pending', tries: 1 })
    expect(Date.parse(waiting?.nextAt ?? '') - clock.millis()).to.be.within(4000, 6000)
    await pass(6000)
    expect(receiver.taken).to.have.lengthOf(2)
    await pass(6 * 60_000)
    expect(new Set(receiver.taken.map(({ headers }) => headers['webhook-id'])).size).to.equal(1)
    const [taken] = await deliveries(id)
    expect(taken).to.include({ state: 'delivered', tries: 3 })
    expect(taken?.attempts.map(({ status }) => status)).to.deep.equal([500, 503, 204])
    expect(taken?.attempts[0]?.answer).to.equal('as I was told')
  })

  it('leave an address alone that fails again and again, then try one, then send all that waited', async () => {
    const { id } = await subscribe()
    receiver.always = 500
    for (let n = 0; n < 8; n++) await say(`message ${n}`)
    const tried = receiver.taken.length
    expect(tried).to.equal(5)
    expect((await shown(id)).pausedUntil).to.be.a('string')
    await pass(31_000)
    expect(receiver.taken.length, 'one, to see').to.equal(tried + 1)
    receiver.always = 204
    await pass(61_000)
    await pass(2 * HOUR)
    expect((await deliveries(id)).map(({ state }) => state)).to.deep.equal(Array(8).fill('delivered'))
    expect((await shown(id)).pausedUntil).to.equal(null)
  })

  it('are switched off for an address that has taken nothing for days, or that is gone, and an event says so', async () => {
    const { id } = await subscribe()
    const other = await subscribe({ events: ['webhook.disabled.v1'] })
    receiver.answers.push(410)
    await say('hello')
    expect(await shown(id)).to.include({ status: 'disabled', disabledReason: 'gone' })
    expect(receiver.taken.at(-1)?.event).to.deep.include({ type: 'webhook.disabled.v1' })
    expect(receiver.taken.at(-1)?.event.data).to.include({ subscriptionId: id, reason: 'gone' })
    await call('PATCH', `/${id}`, { status: 'active' })
    await call('DELETE', `/${other.id}`)
    receiver.always = 500
    await say('again')
    for (let day = 0; day < 7; day++) {
      await pass(24 * HOUR)
      await say(`day ${day}`)
    }
    expect(await shown(id)).to.include({ status: 'disabled', disabledReason: 'failing' })
    const before = receiver.taken.length
    await say('nobody listens')
    expect(receiver.taken).to.have.lengthOf(before)
  }).timeout(60_000)

  it('can be sent again: one, what failed, or everything since a moment', async () => {
    const { id } = await subscribe()
    await say('first')
    const since = clock.now().toISOString()
    await pass(1000)
    receiver.answers.push(410)
    await say('second')
    expect((await call('POST', `/${id}/replay`, { since })).status).to.equal(409)
    await call('PATCH', `/${id}`, { status: 'active' })
    expect((await call('POST', `/${id}/replay`, { since })).status).to.equal(202)
    await pass(1000)
    expect(receiver.taken).to.have.lengthOf(2)
    await call('PATCH', `/${id}`, { description: 'x' })
    expect((await call('POST', `/${id}/replay`, { since: '2020-01-01T00:00:00Z', only: 'all' })).status).to.equal(202)
    await inbox.test.drain()
    const [newest] = await deliveries(id)
    expect((await call('POST', `/${id}/deliveries/${newest?.id}/redeliver`)).status).to.equal(202)
    await inbox.test.drain()
    expect(receiver.taken.filter(({ event }) => event.id === receiver.taken[0]?.event.id)).to.have.lengthOf(2)
  })

  it('are signed by the old secret too while it runs out', async () => {
    const { id, secret } = await subscribe()
    const rotated = (await call('POST', `/${id}/rotate-secret`, { overlapHours: 2 })).body as Made
    await say('hello')
    const both = receiver.taken.at(-1)
    expect(both && [verifies(secret, both), verifies(rotated.secret, both)]).to.deep.equal([true, true])
    await pass(3 * HOUR)
    await call('POST', `/${id}/ping`)
    const signatures = String(receiver.taken.at(-1)?.headers['webhook-signature']).split(' ')
    expect(signatures).to.have.lengthOf(1)
    expect((await shown(id)).secret).to.equal(undefined)
  })

  it('can be tested at once, with an answer', async () => {
    const { id, secret } = await subscribe()
    const answer = await call('POST', `/${id}/ping`)
    expect(answer.body).to.include({ status: 204, error: null })
    const [taken] = receiver.taken
    expect(taken && verifies(secret, taken)).to.equal(true)
    expect(taken?.event.type).to.equal('webhook.ping.v1')
    await receiver.close()
    expect((await call('POST', `/${id}/ping`)).body).to.include({ status: null, error: 'unreachable' })
    expect((await deliveries(id)).map(({ state }) => state)).to.deep.equal(['failed', 'delivered'])
  })

  it('are forgotten after the time that deliveries are kept', async () => {
    const { id } = await subscribe()
    await say('hello')
    await pass(29 * 24 * HOUR)
    expect(await deliveries(id)).to.have.lengthOf(1)
    await pass(2 * 24 * HOUR)
    await pass(2 * HOUR)
    expect(await deliveries(id)).to.have.lengthOf(0)
  })

  it('leave a trace of who made, changed and ended them, without address and secret', async () => {
    const { id, secret } = await subscribe({ url: `${url}?token=hush` })
    await call('PATCH', `/${id}`, { events: ['contact.created.v1'] })
    await call('POST', `/${id}/rotate-secret`)
    await call('DELETE', `/${id}`)
    const log = await inbox.test.inject({ url: '/api/admin/audit' })
    expect(log.text).to.contain('webhook.created').and.contain('webhook.changed').and.contain('webhook.deleted')
    expect(log.text).to.contain('webhook.secret-rotated').and.not.contain('hush').and.not.contain(secret)
  })

  it('are their tenant’s alone, limited in number, and their secret lies nowhere in plain', async () => {
    const { id, secret } = await subscribe()
    const other = await inbox.test.createTenant('other')
    for (const path of [`/${id}`, `/${id}/deliveries`])
      expect((await call('GET', path, undefined, other)).status, path).to.equal(404)
    expect((await call('GET', '', undefined, other)).body).to.deep.equal([])
    await subscribe()
    await subscribe()
    expect((await call('POST', '', { url, events: ['contact.created.v1'] })).status).to.equal(409)
    const { rows } = await inbox.test.kernel.knex.raw('select s::text as row from parley.idempotency_key s')
    expect(JSON.stringify(rows)).not.to.contain(secret)
  })
})
