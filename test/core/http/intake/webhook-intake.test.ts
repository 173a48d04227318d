import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { ParleyError, UnavailableError } from '../../../../core/plugin/errors.ts'
import type { Reply } from '../../../../core/plugin/route.ts'
import type { WebhookReceiver } from '../../../../core/plugin/webhook.ts'
import { type IntakeFixture, intakeFixture } from './fixture.ts'
import { bodyOf, ENDPOINT_SECRETS, receiver, sign, text } from './fixture-vendor.ts'

describe('webhook intake', () => {
  let f: IntakeFixture
  let a: string
  let b: string

  beforeEach(async () => {
    f = await intakeFixture()
    a = await f.tenant()
    b = await f.tenant()
  })

  afterEach(() => f.drop())

  const stored = async () => (await f.events()).map(({ tenantId, data }) => [tenantId, data.externalId])
  const counted = () => f.counts.snapshot().acme
  const get = (query: Record<string, string>, endpointId = f.endpointId) =>
    f.intake.handle({ adapter: 'acme', endpointId, method: 'GET', body: Buffer.alloc(0), headers: {}, query, url: '' })

  it('stores every element of every entry for the tenant of its account, in the vendor’s order', async () => {
    const one = await f.connect(a, 'a1')
    await f.connect(b, 'b1')
    const body = bodyOf(
      { account: 'a1', items: [text('m1'), text('m2')] },
      { account: 'b1', items: [text('m3')] },
      { account: 'a1', items: [text('m4'), text('m5')] },
    )
    expect(await f.post(body)).to.deep.equal(receiver.acknowledge)
    expect(await stored()).to.deep.equal([
      [a, 'm1'],
      [a, 'm2'],
      [b, 'm3'],
      [a, 'm4'],
      [a, 'm5'],
    ])
    const [first] = await f.events()
    expect(first).to.include({ type: 'channel.message.received.v1', source: '/adapters/acme' })
    expect(first?.data).to.include({ connectionId: one, occurredAt: f.clock.now().toISOString() })
    expect(counted()).to.include({ received: 1, stored: 5, duplicate: 0, unrouted: 0 })
  })

  it('lets an adapter answer what became of each element, and say which of them reached nobody', async () => {
    await f.connect(a, 'a1')
    f.closed.add(b)
    await f.connect(b, 'b1')
    const answer: WebhookReceiver['answer'] = ({ items }, { unrouted }) => ({
      status: 200,
      body: JSON.stringify({ items: items.length, unrouted }),
    })
    f.adapters.set('acme', { state: 'running', pluginId: 'acme', receiver: { ...receiver, answer } })
    const reply = await f.post(
      bodyOf(
        { account: 'nobody', items: [text('m1')] },
        { account: 'a1', items: [text('m2')] },
        { account: 'b1', items: [text('m3')] },
      ),
    )
    expect(reply.body).to.equal('{"items":3,"unrouted":[0,2]}')
  })

  it('lets an adapter turn an endpoint away that brings too much: nothing of the call is stored', async () => {
    await f.connect(a, 'a1')
    const asked: unknown[] = []
    const admit: WebhookReceiver['admit'] = (call) => {
      asked.push(call)
      return { retryAfterSeconds: 2.5 }
    }
    f.adapters.set('acme', { state: 'running', pluginId: 'acme', receiver: { ...receiver, admit } })
    const body = bodyOf({ account: 'a1', items: [text('m1'), text('m2')] })
    const reply = (await f.post(body)) as Reply
    expect(reply).to.deep.include({ status: 429, headers: { 'retry-after': '3' } })
    expect(reply.body).to.include({ code: 'webhook.too-much' })
    expect(asked).to.deep.equal([{ endpointId: f.endpointId, items: 2 }])
    expect(await stored()).to.deep.equal([])
    expect(counted()).to.include({ 'turned-away': 1, stored: 0 })
  })

  it('keeps the call as it came, with what authenticates masked', async () => {
    await f.connect(a, 'a1')
    const body = bodyOf({ account: 'a1', items: [text('m1', 'Zoë 👋')] })
    await f.post(body, { headers: { authorization: 'Bearer hush-bearer' } })
    const [row, ...more] = await f.kept()
    expect(more).to.deep.equal([])
    expect(row?.body.equals(body)).to.equal(true)
    expect(row).to.include({ tenant_id: a, outcome: 'routed', stored: 1, duplicates: 0 })
    expect(row?.headers).to.deep.equal({
      'x-vendor-signature': '[masked]',
      'user-agent': 'vendor/1',
      authorization: '[masked]',
    })
  })

  it('stores nothing twice when the vendor repeats a call, or its elements in another order', async () => {
    await f.connect(a, 'a1')
    const elements = [text('m1'), text('m2'), text('m3')]
    await f.post(bodyOf({ account: 'a1', items: elements }))
    await f.post(bodyOf({ account: 'a1', items: elements }))
    await f.post(bodyOf({ account: 'a1', items: [text('m4'), ...elements.toReversed()] }))
    expect((await stored()).map(([, id]) => id)).to.deep.equal(['m1', 'm2', 'm3', 'm4'])
    expect(counted()).to.include({ stored: 4, duplicate: 6 })
  })

  it('costs one query when its caches are warm', async () => {
    await f.connect(a, 'a1')
    await f.post(bodyOf({ account: 'a1', items: [text('m0')] }))
    f.queries()
    await f.post(bodyOf({ account: 'a1', items: [text('m1'), text('m2')] }))
    const sent = f.queries()
    expect(sent).to.have.length(1)
    expect(sent[0]).to.include('parley.log_ingest')
  })

  it('stores kinds and counts fields that the adapter does not know', async () => {
    await f.connect(a, 'a1')
    await f.post(bodyOf({ account: 'a1', items: [text('m1'), { id: 'm2', kind: 'hologram', poll: 1 }] }))
    const [, second] = await f.events()
    expect(second).to.include({ type: 'channel.unknown.received.v1' })
    expect(second?.data.raw).to.deep.equal({ id: 'm2', kind: 'hologram', poll: 1 })
    expect(counted()).to.include({ unknown: 1, stored: 2 })
    expect(counted()?.unknownFields).to.deep.equal({ 'items.poll': 1 })
  })

  it('acknowledges and keeps what belongs to nobody’s account', async () => {
    await f.connect(a, 'a1')
    expect(await f.post(bodyOf({ account: 'stranger', items: [text('m1')] }))).to.deep.equal(receiver.acknowledge)
    await f.post(bodyOf({ account: 'a1', items: [text('m2')] }, { account: 'stranger', items: [text('m3')] }))
    expect(await stored()).to.deep.equal([[a, 'm2']])
    const rows = await f.kept()
    expect(rows.map(({ outcome, tenant_id }) => [outcome, tenant_id])).to.deep.equal([
      ['unrouted', null],
      ['partly-routed', null],
    ])
    expect(counted()).to.include({ unrouted: 2, stored: 1 })
    expect(f.log.lines).to.have.length(2)
    expect(f.log.lines[0]).to.include({ level: 'warn', adapter: 'acme', unrouted: 1 })
    expect(JSON.stringify(f.log.lines)).to.not.include('text of')
  })

  it('passes over tenants that have the adapter switched off, and no others', async () => {
    await f.connect(a, 'a1')
    await f.connect(b, 'b1')
    f.closed.add(a)
    await f.post(bodyOf({ account: 'a1', items: [text('m1')] }))
    await f.post(bodyOf({ account: 'a1', items: [text('m2')] }, { account: 'b1', items: [text('m3')] }))
    expect(await stored()).to.deep.equal([[b, 'm3']])
    expect((await f.kept()).map(({ outcome }) => outcome)).to.deep.equal(['passed-over', 'partly-routed'])
    expect(counted()).to.include({ 'passed-over': 2, stored: 1 })
  })

  it('gives an element to every connection that shares its alias', async () => {
    const one = await f.connect(a, 'a1', { aliases: ['waba:1'] })
    const two = await f.connect(b, 'b1', { aliases: ['waba:1'] })
    await f.post(bodyOf({ account: 'waba:1', items: [text('m1')] }))
    const events = await f.events()
    expect(events.map(({ tenantId, data }) => [tenantId, data.connectionId])).to.deep.equal([
      [a, one],
      [b, two],
    ])
  })

  it('acknowledges a call without elements, and keeps it', async () => {
    expect(await f.post(bodyOf())).to.deep.equal(receiver.acknowledge)
    expect((await f.kept()).map(({ outcome, stored }) => [outcome, stored])).to.deep.equal([['empty', 0]])
  })

  describe('refuses, stores nothing and tells nothing', () => {
    const problemOf = async (answer: ReturnType<typeof f.post>) => {
      const { status, body } = await answer
      expect(JSON.stringify(body)).to.not.include('hush')
      return [status, (body as { code?: string })?.code]
    }

    afterEach(async () => {
      expect((await f.kept()).filter(({ outcome }) => outcome !== 'malformed')).to.deep.equal([])
      expect(await f.events()).to.deep.equal([])
      expect(JSON.stringify(f.log.lines)).to.not.include('hush')
    })

    it('a call that is unsigned, wrongly signed, or changed after signing', async () => {
      await f.connect(a, 'a1')
      const body = bodyOf({ account: 'a1', items: [text('m1')] })
      for (const signature of [
        '',
        'sha256=',
        sign(body, 'other'),
        sign(Buffer.from('x')),
        sign(body).toUpperCase(),
        sign(body, ''),
      ])
        expect(await problemOf(f.post(body, { signature }))).to.deep.equal([401, 'webhook.not-signed'])
      const changed = Buffer.from(body)
      changed[10] = (changed[10] ?? 0) ^ 1
      expect(await problemOf(f.post(changed, { signature: sign(body) }))).to.deep.equal([401, 'webhook.not-signed'])
      expect(counted()).to.include({ refused: 7, received: 0 })
    })

    it('a call whose endpoint lacks a secret, however it is signed', async () => {
      const body = bodyOf({ account: 'a1', items: [text('m1')] })
      for (const secrets of [{}, { appSecret: '', verifyToken: 'hush' }, { appSecret: 'hush-only' }]) {
        const { id } = await f.store.createEndpoint({ adapter: 'acme', tenantId: null, secrets })
        for (const signature of [sign(body, ''), sign(body, 'hush-only'), sign(body)])
          expect(await problemOf(f.post(body, { endpointId: id, signature }))).to.deep.equal([
            401,
            'webhook.not-signed',
          ])
        expect((await get({ token: '', challenge: 'x' }, id)).status).to.equal(401)
      }
    })

    it('a body that is not what the vendor sends, naming the field, but only once it is signed, and keeps it', async () => {
      const broken = Buffer.from('{"calls": [')
      expect(await problemOf(f.post(broken, { signature: 'none' }))).to.deep.equal([401, 'webhook.not-signed'])
      const answer = await f.post(broken)
      expect(answer).to.deep.include({ status: 400 })
      expect(answer.body).to.include({ code: 'webhook.malformed', field: 'body' })
      expect((await f.post(Buffer.from('{"calls": 5}'))).body).to.include({ code: 'webhook.malformed', field: 'calls' })
      expect(counted()).to.include({ malformed: 2 })
      expect((await f.kept()).map(({ outcome }) => outcome)).to.deep.equal(['malformed', 'malformed'])
    })

    it('a body that is too large, before it is hashed', async () => {
      expect(await problemOf(f.post(Buffer.alloc(100_001)))).to.deep.equal([413, 'webhook.too-large'])
    })

    it('a call to an adapter or endpoint that is not there, always in the same words', async () => {
      const own = await f.store.createEndpoint({ adapter: 'acme', tenantId: a, secrets: ENDPOINT_SECRETS })
      await f.as(a, (uow) => f.store.endpoints.update(uow, own.id, { enabled: false }))
      const other = await f.store.createEndpoint({ adapter: 'other', tenantId: null, secrets: ENDPOINT_SECRETS })
      const body = bodyOf()
      const call = { method: 'POST' as const, body, headers: {}, query: {}, url: '' }
      const answers = await Promise.all([
        f.intake.handle({ ...call, adapter: 'nobody', endpointId: f.endpointId }),
        f.intake.handle({ ...call, adapter: 'acme', endpointId: uuidv7() }),
        f.intake.handle({ ...call, adapter: 'acme', endpointId: '../../etc/passwd' }),
        f.intake.handle({ ...call, adapter: 'acme', endpointId: own.id }),
        f.intake.handle({ ...call, adapter: 'acme', endpointId: other.id }),
      ])
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).to.equal(1)
      expect(answers[0]?.status).to.equal(404)
    })

    it('a challenge with the wrong token', async () => {
      expect(await problemOf(get({ token: 'wrong', challenge: '42' }))).to.deep.equal([
        403,
        'webhook.handshake-refused',
      ])
      expect((await get({})).status).to.equal(403)
    })
  })

  it('answers the vendor’s challenge', async () => {
    expect(await get({ token: ENDPOINT_SECRETS.verifyToken, challenge: '42' })).to.deep.equal({
      status: 200,
      body: '42',
    })
  })

  it('asks the vendor to come back while the adapter is not running', async () => {
    f.adapters.set('acme', { state: 'failed' })
    const error = await f.post(bodyOf()).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.be.instanceOf(UnavailableError).and.include({ retryAfterSeconds: 30 })
  })

  it('asks the vendor to come back while the storage is down, and stores the repeat once', async () => {
    await f.connect(a, 'a1')
    const body = bodyOf({ account: 'a1', items: [text('m1')] })
    await f.post(bodyOf())
    await f.store.route('acme', f.endpointId, ['a1'])
    const call = { adapter: 'acme', endpointId: f.endpointId, method: 'POST' as const, body, query: {}, url: '' }
    const down = f.offline.handle({ ...call, headers: { 'x-vendor-signature': sign(body) } })
    const error = await down.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'database.unavailable' })
    await f.post(body)
    await f.post(body)
    expect(await stored()).to.deep.equal([[a, 'm1']])
  })

  it('loses no element to another one that the adapter cannot turn into an event', async () => {
    const connectionId = await f.connect(a, 'a1')
    const elements = [text('m1'), text('m2', 'BUG'), text('m3', 42), text('m4'), text('m5', 'x'.repeat(70_000))]
    expect(await f.post(bodyOf({ account: 'a1', items: elements }))).to.deep.equal(receiver.acknowledge)
    const events = await f.events()
    expect(events.map(({ data }) => data.externalId ?? data.vendorKind)).to.have.members([
      'm1',
      'm4',
      'invalid:not-built',
      'invalid:channel.message.received.v1',
      'invalid:channel.message.received.v1',
    ])
    const wrong = events.find(({ data }) => data.raw?.externalId === 'm3')
    expect(wrong?.data).to.include({ connectionId, channel: 'acme' })
    expect(wrong?.data.raw.content.text).to.equal(42)
    expect(counted()).to.include({ invalid: 3, stored: 5 })
    expect(JSON.stringify(f.log.lines)).to.not.include('hush')
    await f.post(bodyOf({ account: 'a1', items: elements }))
    expect(await f.events()).to.have.length(5)
  })

  it('takes a throw of the adapter for a bug of it, never for a yes', async () => {
    await f.connect(a, 'a1')
    const body = bodyOf({ account: 'a1', items: [text('m1')] })
    for (const step of ['verify', 'parse'] as const) {
      const broken = {
        ...receiver,
        [step]: () => {
          throw new Error('oops')
        },
      }
      f.adapters.set('acme', { state: 'running', pluginId: 'acme', receiver: broken })
      const error = await f.post(body).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error, step).to.be.instanceOf(ParleyError)
      expect(String(error)).to.include(`"acme" threw in ${step}()`)
    }
    expect(await f.kept()).to.deep.equal([])
  })

  it('finds a new account within a second, and a changed secret at once where it was changed', async () => {
    await f.post(bodyOf({ account: 'late', items: [text('m1')] }))
    await f.connect(a, 'late')
    await f.post(bodyOf({ account: 'late', items: [text('m2')] }))
    expect(await stored()).to.deep.equal([[a, 'm2']])
    const own = await f.store.createEndpoint({ adapter: 'acme', tenantId: a, secrets: ENDPOINT_SECRETS })
    const body = bodyOf()
    expect((await f.post(body, { endpointId: own.id })).status).to.equal(200)
    await f.as(a, (uow) => f.store.endpoints.update(uow, own.id, { secrets: { appSecret: 'changed' } }))
    expect((await f.post(body, { endpointId: own.id })).status).to.equal(401)
    expect((await f.post(body, { endpointId: own.id, signature: sign(body, 'changed') })).status).to.equal(200)
  })

  it('attributes a call at a tenant’s own endpoint to the tenant, whoever’s account it names', async () => {
    const own = await f.store.createEndpoint({ adapter: 'acme', tenantId: b, secrets: ENDPOINT_SECRETS })
    await f.connect(a, 'a1')
    await f.post(bodyOf({ account: 'a1', items: [text('m1')] }), { endpointId: own.id })
    expect((await f.kept()).map(({ tenant_id, outcome }) => [tenant_id, outcome])).to.deep.equal([[b, 'unrouted']])
    expect(await f.events()).to.deep.equal([])
  })
})
