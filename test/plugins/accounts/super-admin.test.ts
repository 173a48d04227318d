import { expect } from 'chai'
import { AccountsKernel, type Grant } from './accounts-kernel.ts'

describe('a SUPER_ADMIN', () => {
  let k: AccountsKernel
  let root: Grant
  let ann: Grant
  const reason = 'Ticket 4711: the inbox does not load'

  before(async () => {
    k = await AccountsKernel.start({ accounts: { superAdmins: ['root@parley.example'] } })
    ann = await k.register('ann@acme.example')
    root = await k.register('root@parley.example', { businessName: 'Operations' })
  })
  after(() => k.stop())

  const roleOf = async (token: string) => (await k.must(200, 'GET', '/api/auth/me', { token })).role
  const visit = (grant: Grant, payload: object) =>
    k.call('POST', '/api/auth/visit', { token: grant.accessToken, payload })

  it('is one only once the address is confirmed: anybody could register it', async () => {
    expect(await roleOf(root.accessToken)).to.equal('admin')
    expect((await visit(root, { tenantId: ann.tenantId, reason })).status).to.equal(403)
    await k.must(204, 'POST', '/api/auth/verify-email', { payload: { token: await k.tokenFor('root@parley.example') } })
    expect(await roleOf(root.accessToken)).to.equal('super-admin')
  })

  it('opens another tenant for a reason, reading only, and the tenant sees it', async () => {
    expect((await visit(ann, { tenantId: root.tenantId, reason })).status).to.equal(403)
    expect((await visit(root, { tenantId: ann.tenantId })).status).to.equal(400)
    const { body, status } = await visit(root, { tenantId: ann.tenantId, reason })
    expect(status).to.equal(200)
    const token = (body as Grant).accessToken
    expect(await roleOf(token)).to.equal('viewer')
    expect((await k.call('GET', '/api/team/members', { token })).status).to.equal(200)
    expect((await k.call('PUT', '/api/team', { token, payload: { name: 'Mine' } })).status).to.equal(403)
    const log = await k.must<{ items: object[] }>(200, 'GET', '/api/team/activity?action=support.visited', {
      token: ann.accessToken,
    })
    expect(log.items[0]).to.have.nested.property('details.reason', reason)
  })

  it('leaves every call in somebody’s tenant in that tenant’s data-access log', async () => {
    const grant = await k.loggedIn('ann@acme.example')
    const { items } = await k.must<{ items: object[] }>(200, 'GET', '/api/admin/audit?kind=access', {
      token: grant.accessToken,
    })
    const read = items.find((one) => 'action' in one && one.action === 'support.read')
    expect(read).to.deep.include({ actor: { kind: 'user', id: root.userId }, tenant: ann.tenantId })
    expect(JSON.stringify(items)).to.include('listMembers')
  })

  it('is home again after an hour', async () => {
    const grant = await k.loggedIn('root@parley.example')
    const { body } = await visit(grant, { tenantId: ann.tenantId, reason, role: 'admin' })
    const token = (body as Grant).accessToken
    expect((await k.call('PUT', '/api/team', { token, payload: { timeZone: 'UTC' } })).status).to.equal(200)
    k.clock.advance(3_600_000)
    const again = await k.must<Grant>(200, 'POST', '/api/auth/refresh', {
      payload: { refreshToken: grant.refreshToken },
    })
    expect(again.tenantId).to.equal(grant.tenantId)
    expect(await roleOf(again.accessToken)).to.equal('super-admin')
  })

  describe('looks after everybody’s accounts', () => {
    let token = ''
    before(async () => {
      token = (await k.loggedIn('root@parley.example')).accessToken
    })
    const call = (method: string, path: string, payload?: object) =>
      k.call(method, `/api/platform/users${path}`, { token, ...(payload === undefined ? {} : { payload }) })

    it('finds them, whatever their tenant, and nobody else does', async () => {
      const { body } = await call('GET', '?q=ann@')
      expect((body as { items: object[] }).items).to.have.length(1)
      expect((await call('GET', `/${ann.userId}`)).body).to.have.nested.property('teams[0].owner', true)
      expect((await k.call('GET', '/api/platform/users', { token: ann.accessToken })).status).to.equal(401)
      const mine = await k.loggedIn('ann@acme.example')
      expect((await k.call('GET', '/api/platform/users', { token: mine.accessToken })).status).to.equal(403)
    })

    it('shuts one, whose sessions end and who cannot come back, and opens it again', async () => {
      const bob = await k.register('bob@acme.example')
      expect((await call('PATCH', `/${bob.userId}`, { status: 'disabled' })).status).to.equal(200)
      expect((await k.call('GET', '/api/auth/me', { token: bob.accessToken })).status).to.equal(401)
      await k.must(401, 'POST', '/api/auth/refresh', { payload: { refreshToken: bob.refreshToken } })
      expect((await k.login('bob@acme.example')).status).to.equal(401)
      expect((await call('PATCH', `/${bob.userId}`, { status: 'active' })).status).to.equal(200)
      expect((await k.login('bob@acme.example')).status).to.equal(200)
    })

    it('ends one for good, unless a team would be without an owner', async () => {
      const owner = await k.loggedIn('ann@acme.example')
      const cy = await k.member(owner, 'cy@acme.example', 'agent')
      expect((await call('DELETE', `/${ann.userId}`)).status).to.equal(409)
      expect((await call('DELETE', `/${cy.userId}`)).status).to.equal(204)
      expect((await call('GET', `/${cy.userId}`)).status).to.equal(404)
      expect((await k.call('GET', '/api/auth/me', { token: cy.accessToken })).status).to.equal(401)
      expect((await k.login('cy@acme.example')).status).to.equal(401)
      const { items } = await k.must<{ items: object[] }>(200, 'GET', '/api/team/members', { token: owner.accessToken })
      expect(items).to.have.length(1)
    })
  })
})
