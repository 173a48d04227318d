import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import type { NewConnection } from '../../../core/contracts/ports/connections.ts'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { connectionFixture, type Fixture } from './fixture.ts'

describe('routing an account to its connections', () => {
  let fixture: Fixture
  let a: string
  let b: string
  let app: string

  before(async () => {
    fixture = await connectionFixture()
    a = await fixture.tenant()
    b = await fixture.tenant()
    app = (await fixture.store.createEndpoint({ adapter: 'whatsapp', tenantId: null, secrets: { appSecret: 'hush' } }))
      .id
  })

  after(() => fixture.drop())

  const connect = (tenantId: string, externalId: string, more: Partial<NewConnection> = {}) =>
    fixture.as(tenantId, (uow) =>
      fixture.store.create(uow, { provider: 'whatsapp', externalId, name: externalId, endpointId: app, ...more }),
    )
  const route = async (...accounts: string[]) =>
    Object.fromEntries(
      [...(await fixture.store.route('whatsapp', app, accounts))].map(([account, found]) => [
        account,
        found.map(({ id }) => id),
      ]),
    )
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'nothing thrown',
      (error: unknown) => (error instanceof ParleyError ? error.code : String(error)),
    )

  it('finds the connections of many tenants at one app-level endpoint in one query', async () => {
    const one = await connect(a, 'p1')
    const two = await connect(b, 'p2')
    fixture.queries()
    expect(await route('p1', 'p2', 'stranger')).to.deep.equal({ p1: [one.id], p2: [two.id] })
    expect(fixture.queries()).to.have.length(1)
    const found = await fixture.store.route('whatsapp', app, ['p1', 'p2'])
    expect(found.get('p1')).to.deep.equal([{ id: one.id, tenantId: a }])
    expect(found.get('p2')).to.deep.equal([{ id: two.id, tenantId: b }])
    expect(fixture.queries()).to.have.length(0)
  })

  it('asks again for an unknown account once a second, however often the vendor calls', async () => {
    await route('late')
    fixture.queries()
    for (let call = 0; call < 20; call += 1) await route('late')
    expect(fixture.queries()).to.have.length(0)
    fixture.clock.advance(1000)
    await Promise.all(Array.from({ length: 20 }, () => route('late')))
    expect(fixture.queries()).to.have.length(1)
  })

  it('knows a new connection at once in this process, and within a second in another', async () => {
    const other = fixture.otherStore()
    await route('p3')
    await other.route('whatsapp', app, ['p3'])
    const made = await connect(a, 'p3')
    expect(await route('p3')).to.deep.equal({ p3: [made.id] })
    fixture.clock.advance(1000)
    expect((await other.route('whatsapp', app, ['p3'])).get('p3')).to.deep.equal([{ id: made.id, tenantId: a }])
  })

  it('refuses an account that somebody has connected at the endpoint, without saying who', async () => {
    await connect(a, 'p4')
    const error = await connect(b, 'p4').then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.be.instanceOf(ParleyError).and.include({ code: 'connections.account-taken' })
    expect(String(error)).to.not.include(a)
  })

  it('leads an alias to every connection that carries it', async () => {
    const one = await connect(a, 'p5', { aliases: ['waba:9', 'waba:9'] })
    const two = await connect(b, 'p6', { aliases: ['waba:9'] })
    expect(await route('waba:9')).to.deep.equal({ 'waba:9': [one.id, two.id] })
    await fixture.as(a, (uow) => fixture.store.update(uow, one.id, { aliases: ['waba:10'] }))
    expect(await route('waba:9', 'waba:10')).to.deep.equal({ 'waba:9': [two.id], 'waba:10': [one.id] })
  })

  it('never gives one tenant’s account to another that names it as an alias', async () => {
    const victim = await connect(a, 'p7')
    await connect(b, 'p8', { aliases: ['p7', 'p9'] })
    expect(await route('p7')).to.deep.equal({ p7: [victim.id] })
    const late = await connect(a, 'p9')
    expect(await route('p9')).to.deep.equal({ p9: [late.id] })
  })

  it('ends with the connection, which another tenant may then have', async () => {
    const made = await connect(a, 'p11')
    await fixture.as(a, (uow) => fixture.store.remove(uow, made.id))
    expect(await route('p11')).to.deep.equal({})
    const moved = await connect(b, 'p11')
    expect(await route('p11')).to.deep.equal({ p11: [moved.id] })
  })

  it('lets a connection use its own tenant’s endpoints and app-level ones only', async () => {
    const own = await fixture.store.createEndpoint({ adapter: 'whatsapp', tenantId: a, secrets: {} })
    await connect(a, 'p12', { endpointId: own.id })
    expect(await codeOf(connect(b, 'p13', { endpointId: own.id }))).to.equal('connections.endpoint-unknown')
    expect(await codeOf(connect(b, 'p13', { endpointId: uuidv7() }))).to.equal('connections.endpoint-unknown')
  })

  it('keeps accounts with colons, quotes and other scripts apart', async () => {
    const made: Record<string, string[]> = {}
    for (const account of ['o\'b{r}"', 'a:b:c', 'a:b', 'Zoë @ 東京', 'back\\slash']) {
      made[account] = [(await connect(a, account)).id]
    }
    expect(await route(...Object.keys(made))).to.deep.equal(made)
  })
})

describe('webhook endpoints', () => {
  let fixture: Fixture
  let a: string
  let b: string

  before(async () => {
    fixture = await connectionFixture()
    a = await fixture.tenant()
    b = await fixture.tenant()
  })

  after(() => fixture.drop())

  it('are found by id with their secrets opened, and are not in the table in clear', async () => {
    const { id } = await fixture.store.createEndpoint({
      adapter: 'whatsapp',
      tenantId: null,
      secrets: { appSecret: 'hush' },
    })
    const endpoint = await fixture.store.endpoint(id)
    expect(endpoint).to.include({ id, adapter: 'whatsapp', tenantId: null, enabled: true })
    expect(endpoint?.secrets).to.deep.equal({ appSecret: 'hush' })
    expect(JSON.stringify(endpoint)).to.not.include('hush')
    const { rows } = await fixture.knex.raw('select * from parley.find_endpoints(?::uuid[])', [[id]])
    expect(JSON.stringify(rows)).to.not.include('hush')
    expect(await fixture.store.endpoint('nonsense')).to.equal(undefined)
    expect(await fixture.store.endpoint(uuidv7())).to.equal(undefined)
  })

  it('of the app are seen by no tenant, and those of a tenant by itself only', async () => {
    const own = await fixture.store.createEndpoint({ adapter: 'whatsapp', tenantId: a, secrets: {} })
    const listed = (tenantId: string) =>
      fixture.as(tenantId, async (uow) => (await fixture.store.endpoints.list(uow, { limit: 100 })).map(({ id }) => id))
    expect(await listed(a)).to.deep.equal([own.id])
    expect(await listed(b)).to.deep.equal([])
    expect(await fixture.as(b, (uow) => fixture.store.endpoints.find(uow, own.id))).to.equal(undefined)
    expect(await fixture.as(b, (uow) => fixture.store.endpoints.update(uow, own.id, { enabled: false }))).to.equal(
      undefined,
    )
    expect(await fixture.as(b, (uow) => fixture.store.endpoints.remove(uow, own.id))).to.equal('not-found')
  })

  it('change at once where they were changed', async () => {
    const { id } = await fixture.store.createEndpoint({
      adapter: 'whatsapp',
      tenantId: a,
      secrets: { appSecret: 'one', verifyToken: 'two' },
    })
    await fixture.store.endpoint(id)
    await fixture.as(a, (uow) =>
      fixture.store.endpoints.update(uow, id, { secrets: { appSecret: 'new', verifyToken: null }, enabled: false }),
    )
    const endpoint = await fixture.store.endpoint(id)
    expect(endpoint?.enabled).to.equal(false)
    expect(endpoint?.secrets).to.deep.equal({ appSecret: 'new' })
  })

  it('stay while a connection uses them', async () => {
    const { id } = await fixture.store.createEndpoint({ adapter: 'whatsapp', tenantId: a, secrets: {} })
    const connection = await fixture.as(a, (uow) =>
      fixture.store.create(uow, { provider: 'whatsapp', externalId: '1', name: 'One', endpointId: id }),
    )
    const remove = () => fixture.as(a, (uow) => fixture.store.endpoints.remove(uow, id))
    expect(await remove()).to.equal('in-use')
    await fixture.as(a, (uow) => fixture.store.remove(uow, connection.id))
    expect(await remove()).to.equal('removed')
    expect(await fixture.store.endpoint(id)).to.equal(undefined)
  })
})
