import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { type HttpFixture, httpFixture } from './http-fixture.ts'

describe('the routes for connections', () => {
  let f: HttpFixture
  let a: string
  let keyA: string
  let keyB: string

  before(async () => {
    f = await httpFixture()
    a = await f.tenant()
    keyA = await f.key(a, 'connections.*')
    keyB = await f.key(await f.tenant(), '*')
  })

  after(() => f.drop())

  const connect = (key: string, more: object = {}) =>
    f.call(key, 'POST', '/api/connections', {
      provider: 'whatsapp',
      externalId: uuidv7(),
      name: 'Support',
      secrets: { accessToken: 'hush-token', pin: 'hush-pin' },
      ...more,
    })

  it('connect an account, and show it without its secrets ever after', async () => {
    const made = await connect(keyA, { externalId: '100', settings: { wabaId: 'w' } })
    expect(made.status).to.equal(201)
    expect(made.headers.location).to.equal(`/api/connections/${made.body.id}`)
    expect(made.body).to.include({ provider: 'whatsapp', externalId: '100', health: 'ok', endpointId: null })
    expect(made.body.secretNames).to.deep.equal(['accessToken', 'pin'])
    const read = await f.call(keyA, 'GET', `/api/connections/${made.body.id}`)
    expect(read.body).to.deep.equal(made.body)
    const list = await f.call(keyA, 'GET', '/api/connections')
    expect(JSON.stringify([made, read, list])).to.not.include('hush')
    expect(JSON.stringify(f.log.lines)).to.not.include('hush')
  })

  it('change what is named: a renewed token keeps the other secrets, null takes one away', async () => {
    const { body } = await connect(keyA)
    const path = `/api/connections/${body.id}`
    const changed = await f.call(keyA, 'PATCH', path, { name: 'Sales', secrets: { accessToken: 'new', pin: null } })
    expect(changed.body).to.include({ name: 'Sales' })
    expect(changed.body.secretNames).to.deep.equal(['accessToken'])
    expect((await f.store.get(a, body.id))?.secrets).to.deep.equal({ accessToken: 'new' })
    expect((await f.call(keyA, 'PATCH', path, {})).status).to.equal(400)
  })

  it('disconnect', async () => {
    const { body } = await connect(keyA)
    const path = `/api/connections/${body.id}`
    expect((await f.call(keyA, 'DELETE', path)).status).to.equal(204)
    for (const method of ['GET', 'DELETE']) expect((await f.call(keyA, method, path)).status, method).to.equal(404)
    expect((await f.call(keyA, 'PATCH', path, { name: 'x' })).status).to.equal(404)
  })

  it('list page by page', async () => {
    const key = await f.key(await f.tenant(), 'connections.*')
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) ids.push((await connect(key)).body.id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await f.call(key, 'GET', `/api/connections?limit=2${query}`)
      seen.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.next
    }
    expect(seen).to.deep.equal(ids)
    expect((await f.call(key, 'GET', '/api/connections?provider=webchat')).body.items).to.deep.equal([])
    expect((await f.call(key, 'GET', '/api/connections?cursor=nonsense')).status).to.equal(400)
  })

  it('show nothing of one tenant to another', async () => {
    const { body } = await connect(keyA)
    const path = `/api/connections/${body.id}`
    expect((await f.call(keyB, 'GET', path)).status).to.equal(404)
    expect((await f.call(keyB, 'PATCH', path, { name: 'x' })).status).to.equal(404)
    expect((await f.call(keyB, 'DELETE', path)).status).to.equal(404)
    expect((await f.call(keyB, 'POST', `${path}/test`)).status).to.equal(404)
    expect(JSON.stringify((await f.call(keyB, 'GET', '/api/connections')).body)).to.not.include(body.id)
  })

  it('need the permission', async () => {
    const reader = await f.key(a, 'connections.read')
    expect((await f.call(reader, 'GET', '/api/connections')).status).to.equal(200)
    for (const [method, path, payload] of [
      ['POST', '/api/connections', {}],
      ['DELETE', `/api/connections/${uuidv7()}`, undefined],
      ['POST', `/api/connections/${uuidv7()}/test`, undefined],
      ['POST', '/api/endpoints', {}],
    ] as const)
      expect((await f.call(reader, method, path, payload)).status, `${method} ${path}`).to.equal(403)
    expect((await f.call('nobody', 'GET', '/api/connections')).status).to.equal(401)
  })

  it('name every field that is wrong', async () => {
    const { status, body } = await f.call(keyA, 'POST', '/api/connections', {
      provider: 'Not A Key',
      secrets: { accessToken: '' },
      tenantId: uuidv7(),
    })
    expect(status).to.equal(400)
    expect(body.errors.map(({ field }: { field: string }) => field)).to.include.members([
      'provider',
      'externalId',
      'name',
      'secrets.accessToken',
      'tenantId',
    ])
  })

  it('refuse an account that is connected, without saying by whom', async () => {
    await connect(keyA, { externalId: 'taken' })
    const { status, body } = await connect(keyA, { externalId: 'taken' })
    expect(status).to.equal(409)
    expect(body).to.include({ code: 'connections.account-taken' })
    expect(body.errors[0].field).to.equal('externalId')
  })

  it('ask the vendor whether the credential is good, and mend a failed connection when it is', async () => {
    const { body } = await connect(keyA, { externalId: '200' })
    const test = () => f.call(keyA, 'POST', `/api/connections/${body.id}/test`)
    const refused = await test()
    expect(refused.body).to.deep.equal({ ok: false, detail: 'Invalid OAuth access token "[masked]"' })
    await f.as(a, (uow) => f.store.update(uow, body.id, { health: 'auth-failed', healthDetail: 'expired' }))
    f.vendor.set('200', 'hush-token')
    expect((await test()).body).to.deep.equal({ ok: true, title: 'Number 200' })
    expect((await f.call(keyA, 'GET', `/api/connections/${body.id}`)).body).to.include({
      health: 'ok',
      healthDetail: null,
    })
    const chat = await connect(keyA, { provider: 'webchat' })
    expect((await f.call(keyA, 'POST', `/api/connections/${chat.body.id}/test`)).status).to.equal(409)
  })

  it('tell what the vendor calls an account before anything is kept, and connect only what it confirms', async () => {
    const account = { provider: 'whatsapp', externalId: '400', name: 'Sales', secrets: { accessToken: 'hush-token' } }
    const ask = () => f.call(keyA, 'POST', '/api/connections/test', account)
    expect((await ask()).body).to.deep.equal({ ok: false, detail: 'Invalid OAuth access token "[masked]"' })
    const refused = await connect(keyA, { externalId: '400', confirm: true })
    expect([refused.status, refused.body.code]).to.deep.equal([422, 'connections.not-confirmed'])
    f.vendor.set('400', 'hush-token')
    expect((await ask()).body).to.deep.equal({ ok: true, title: 'Number 400' })
    expect((await connect(keyA, { externalId: '400', confirm: true })).body).to.include({ title: 'Number 400' })
  })

  it('mend a failed connection with new secrets that the vendor confirms, and take no others', async () => {
    const { body } = await connect(keyA, { externalId: '500' })
    f.clock.advance(60_000)
    await f.as(a, (uow) => f.store.update(uow, body.id, { health: 'auth-failed', healthDetail: 'expired' }))
    f.vendor.set('500', 'renewed')
    const renew = (accessToken: string) =>
      f.call(keyA, 'PATCH', `/api/connections/${body.id}`, { secrets: { accessToken } })
    expect((await renew('wrong')).status).to.equal(422)
    const failed = (await f.call(keyA, 'GET', `/api/connections/${body.id}`)).body
    expect(failed).to.include({ health: 'auth-failed', healthDetail: 'expired' })
    expect(failed.healthSince > body.healthSince).to.equal(true)
    expect((await renew('renewed')).body).to.include({ health: 'ok', healthDetail: null })
  })

  it('tell others what becomes of a connection, and write down who did it', async () => {
    f.published.splice(0)
    const { body } = await connect(keyA, { externalId: '600' })
    const path = `/api/connections/${body.id}`
    await f.call(keyA, 'PATCH', path, { name: 'Renamed' })
    await f.as(a, (uow) => f.store.update(uow, body.id, { health: 'auth-failed', healthDetail: 'hush-token ended' }))
    await f.call(keyA, 'DELETE', path)
    expect(f.published.map(({ type }) => type)).to.deep.equal([
      'connection.created.v1',
      'connection.changed.v1',
      'connection.health.changed.v1',
      'connection.removed.v1',
    ])
    expect(f.published[2]?.data).to.include({ health: 'auth-failed', previous: 'ok', detail: '[masked] ended' })
    const audited = await f.as(a, ({ trx }) =>
      trx('parley.audit_record').where({ target_id: body.id }).orderBy('seq').pluck('action'),
    )
    expect(audited).to.deep.equal(['connection.created', 'connection.changed', 'connection.removed'])
  })

  it('connect an account to an endpoint of many tenants only when the vendor confirms it', async () => {
    const { id } = await f.store.createEndpoint({ adapter: 'whatsapp', tenantId: null, secrets: {} })
    const wrong = await connect(keyB, { externalId: '300', endpointId: id })
    expect(wrong.status).to.equal(422)
    expect(wrong.body.code).to.equal('connections.not-confirmed')
    expect(JSON.stringify(wrong.body)).to.not.include('hush')
    expect((await connect(keyB, { provider: 'webchat', externalId: '300', endpointId: id })).body.code).to.equal(
      'connections.wrong-provider',
    )
    expect((await connect(keyB, { externalId: '300', endpointId: id, aliases: ['waba:1'] })).body.code).to.equal(
      'connections.aliases-refused',
    )
    expect((await f.store.route('whatsapp', id, ['300'])).size).to.equal(0)
    f.vendor.set('300', 'hush-token')
    const right = await connect(keyB, { externalId: '300', endpointId: id })
    expect(right.status).to.equal(201)
    const patch = await f.call(keyB, 'PATCH', `/api/connections/${right.body.id}`, { aliases: ['waba:1'] })
    expect(patch.body.code).to.equal('connections.aliases-refused')
  })
})

describe('the routes for webhook endpoints', () => {
  let f: HttpFixture
  let keyA: string
  let keyB: string

  before(async () => {
    f = await httpFixture()
    keyA = await f.key(await f.tenant(), 'connections.*')
    keyB = await f.key(await f.tenant(), '*')
  })

  after(() => f.drop())

  const create = (secrets: object = { appSecret: 'hush-1', verifyToken: 'hush-2' }, adapter = 'whatsapp') =>
    f.call(keyA, 'POST', '/api/endpoints', { adapter, secrets })

  it('make one, with the address for the vendor and without its secrets', async () => {
    const { status, body } = await create()
    expect(status).to.equal(201)
    expect(body.url).to.equal(`https://parley.test/hooks/whatsapp/${body.id}`)
    expect(body.secretNames).to.deep.equal(['appSecret', 'verifyToken'])
    expect(JSON.stringify(body)).to.not.include('hush')
    expect((await f.store.endpoint(body.id))?.secrets.appSecret).to.equal('hush-1')
    expect((await f.call(keyA, 'GET', '/api/endpoints')).body.items).to.deep.include(body)
  })

  it('choose a token that the vendor is told, and show it once', async () => {
    const wanted = { adapter: 'whatsapp', secrets: { appSecret: 'hush-9' }, generate: ['verifyToken'] }
    const { body } = await f.call(keyA, 'POST', '/api/endpoints', wanted)
    const token = body.generated.verifyToken
    expect((await f.store.endpoint(body.id))?.secrets).to.deep.equal({ appSecret: 'hush-9', verifyToken: token })
    expect(JSON.stringify((await f.call(keyA, 'GET', '/api/endpoints')).body)).to.not.include(token)
  })

  it('make none that could never verify a call', async () => {
    const missing = await create({ appSecret: 'x' })
    expect(missing.status).to.equal(400)
    expect(missing.body.errors).to.deep.equal([{ field: 'secrets.verifyToken', message: 'is required' }])
    expect((await create({ appSecret: 'x', verifyToken: '' })).status).to.equal(400)
    expect((await create({}, 'stranger')).body.code).to.equal('endpoints.adapter-unknown')
  })

  it('change, switch off and remove one, for its own tenant only', async () => {
    const { body } = await create()
    const path = `/api/endpoints/${body.id}`
    expect((await f.call(keyB, 'PATCH', path, { enabled: false })).status).to.equal(404)
    expect((await f.call(keyB, 'DELETE', path)).status).to.equal(404)
    const changed = await f.call(keyA, 'PATCH', path, { enabled: false, secrets: { appSecret: 'hush-3' } })
    expect(changed.body).to.include({ enabled: false })
    expect((await f.store.endpoint(body.id))?.secrets).to.deep.equal({ appSecret: 'hush-3', verifyToken: 'hush-2' })
    expect((await f.call(keyA, 'DELETE', path)).status).to.equal(204)
    expect((await f.call(keyA, 'DELETE', path)).status).to.equal(404)
  })

  it('keep one that a connection uses', async () => {
    const { body } = await create()
    const connection = await f.call(keyA, 'POST', '/api/connections', {
      provider: 'whatsapp',
      externalId: '1',
      name: 'One',
      endpointId: body.id,
    })
    expect(connection.body.endpointId).to.equal(body.id)
    expect((await f.call(keyA, 'DELETE', `/api/endpoints/${body.id}`)).body.code).to.equal('endpoints.in-use')
    const stolen = await f.call(keyB, 'POST', '/api/connections', {
      provider: 'whatsapp',
      externalId: '2',
      name: 'Two',
      endpointId: body.id,
    })
    expect(stolen.body.code).to.equal('connections.endpoint-unknown')
  })
})
