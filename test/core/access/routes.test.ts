import { expect } from 'chai'
import { type HttpFixture, httpFixture } from '../connections/http-fixture.ts'

describe('the routes for API keys', () => {
  let f: HttpFixture
  let a: string
  let admin: string
  let other: string

  before(async () => {
    f = await httpFixture()
    a = await f.tenant()
    admin = await f.key(a, '*')
    other = await f.key(await f.tenant(), '*')
  })

  after(() => f.drop())

  const create = (key: string, more: object = {}) =>
    f.call(key, 'POST', '/api/api-keys', { name: 'CRM', scopes: ['connections.read'], ...more })

  it('show a new key once, and never in the list', async () => {
    const { status, body } = await create(admin)
    expect(status).to.equal(201)
    expect(body.key).to.match(/^parley_live_/)
    expect((await f.call(body.key, 'GET', '/api/connections')).status).to.equal(200)
    const list = await f.call(admin, 'GET', '/api/api-keys')
    expect(JSON.stringify(list.body)).to.include(body.id).and.not.include(body.key)
    expect(JSON.stringify(f.log.lines)).to.not.include(body.key)
  })

  it('give no key more than its maker has', async () => {
    const narrow = await f.key(a, 'api-keys.write', 'connections.*')
    expect((await create(narrow, { scopes: ['connections.read', 'connections.*'] })).status).to.equal(201)
    for (const scopes of [['*'], ['inbox.read'], ['connections.read', 'api-keys.*']]) {
      const { status, body } = await create(narrow, { scopes })
      expect(status, scopes.join()).to.equal(403)
      expect(body.code).to.equal('api-keys.beyond-own')
    }
  })

  it('revoke a key, of the own tenant only', async () => {
    const { body } = await create(admin)
    expect((await f.call(other, 'DELETE', `/api/api-keys/${body.id}`)).status).to.equal(404)
    expect((await f.call(admin, 'DELETE', `/api/api-keys/${body.id}`)).status).to.equal(204)
    expect((await f.call(body.key, 'GET', '/api/connections')).status).to.equal(401)
    const list = await f.call(admin, 'GET', '/api/api-keys?limit=200')
    const shown = list.body.items.find(({ id }: { id: string }) => id === body.id)
    expect(shown.revokedAt).to.equal(f.clock.now().toISOString())
  })

  it('rotate a key: the new one has the same rights, the old one ends after the overlap', async () => {
    const { body: old } = await create(admin)
    const url = `/api/api-keys/${old.id}/rotation`
    expect((await f.call(other, 'POST', url, {})).status).to.equal(404)
    const narrow = await f.key(a, 'api-keys.write')
    expect((await f.call(narrow, 'POST', url, {})).body.code).to.equal('api-keys.beyond-own')
    const { status, body: fresh } = await f.call(admin, 'POST', url, { overlapSeconds: 60 })
    expect(status).to.equal(201)
    expect(fresh).to.deep.include({ name: 'CRM', scopes: ['connections.read'] })
    expect((await f.call(fresh.key, 'GET', '/api/connections')).status).to.equal(200)
    expect((await f.call(old.key, 'GET', '/api/connections')).status).to.equal(200)
    f.clock.advance(60_000)
    expect((await f.call(old.key, 'GET', '/api/connections')).status).to.equal(401)
    expect((await f.call(fresh.key, 'GET', '/api/connections')).status).to.equal(200)
    expect((await f.call(admin, 'POST', url, {})).body.code).to.equal('api-keys.ended')
    expect((await f.call(admin, 'POST', url, { overlapSeconds: 86_400 * 8 })).status).to.equal(400)
  })

  it('refuse scopes that are none, and an end that has passed', async () => {
    expect((await create(admin, { scopes: [] })).status).to.equal(400)
    expect((await create(admin, { scopes: ['Inbox!'] })).status).to.equal(400)
    const past = await create(admin, { expiresAt: f.clock.now().toISOString() })
    expect(past.body.errors[0].field).to.equal('expiresAt')
  })

  it('list page by page', async () => {
    const key = await f.key(await f.tenant(), '*')
    for (let index = 0; index < 4; index += 1) await create(key)
    const first = await f.call(key, 'GET', '/api/api-keys?limit=3')
    const second = await f.call(key, 'GET', `/api/api-keys?limit=3&cursor=${first.body.next}`)
    expect([first.body.items.length, second.body.items.length, second.body.next]).to.deep.equal([3, 2, null])
  })
})
