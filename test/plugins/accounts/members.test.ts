import { expect } from 'chai'
import { AccountsKernel, type Grant, PASSWORD } from './accounts-kernel.ts'

type Body = Record<string, unknown>

/** Processes of one installation share a key ring. */
const KEYS = { PARLEY_KEYS: `one:${Buffer.alloc(32, 7).toString('base64')}` }

describe('members of a team', () => {
  let k: AccountsKernel
  let owner: Grant
  let admin: Grant
  let agent: Grant
  let viewer: Grant

  before(async () => {
    k = await AccountsKernel.start({ env: KEYS })
    owner = await k.register('owner@acme.example')
    admin = await k.member(owner, 'admin@acme.example', 'admin')
    agent = await k.member(owner, 'agent@acme.example', 'agent')
    viewer = await k.member(owner, 'viewer@acme.example', 'viewer')
  })
  after(() => k.stop())

  const as = (grant: Grant, method: string, url: string, payload?: object) =>
    k.call(method, url, { token: grant.accessToken, ...(payload === undefined ? {} : { payload }) })
  const codeOf = ({ body }: { body: unknown }) => (body as Body | undefined)?.code
  const setRole = (by: Grant, of: Grant, role: string, more: object = {}) =>
    as(by, 'PATCH', `/api/team/members/${of.userId}/role`, { role, ...more })

  it('join with the role of their invitation, and may what the matrix says', async () => {
    const { items } = (await as(owner, 'GET', '/api/team/members')).body as { items: Body[] }
    expect(items.map(({ email, role, owner }) => [email, role, owner])).to.deep.equal([
      ['owner@acme.example', 'admin', true],
      ['admin@acme.example', 'admin', false],
      ['agent@acme.example', 'agent', false],
      ['viewer@acme.example', 'viewer', false],
    ])
    const reads = await Promise.all([agent, viewer].map((who) => as(who, 'GET', '/api/team/members')))
    expect(reads.map(({ status }) => status)).to.deep.equal([200, 200])
    const writes = await Promise.all([agent, viewer].map((who) => setRole(who, viewer, 'agent')))
    expect(writes.map(({ status }) => status)).to.deep.equal([403, 403])
  })

  it('never raise themselves, and touch nobody of their own rank', async () => {
    expect(codeOf(await setRole(admin, admin, 'admin', { owner: true }))).to.equal('accounts.outranked')
    expect(codeOf(await setRole(admin, owner, 'viewer'))).to.equal('accounts.outranked')
    expect(codeOf(await as(admin, 'DELETE', `/api/team/members/${owner.userId}`))).to.equal('accounts.outranked')
    const second = await k.member(owner, 'second@acme.example', 'admin')
    expect(codeOf(await setRole(admin, second, 'agent'))).to.equal('accounts.outranked')
    expect((await setRole(owner, second, 'agent')).status).to.equal(200)
    expect((await as(owner, 'DELETE', `/api/team/members/${second.userId}`)).status).to.equal(204)
  })

  it('keep the last owner, until the ownership is given away', async () => {
    expect(codeOf(await setRole(owner, owner, 'agent'))).to.equal('accounts.last-owner')
    expect(codeOf(await as(owner, 'DELETE', `/api/team/members/${owner.userId}`))).to.equal('accounts.last-owner')
    expect((await setRole(owner, admin, 'admin', { owner: true })).status).to.equal(200)
    expect((await setRole(owner, owner, 'admin')).status).to.equal(200)
    k.settle()
    expect(codeOf(await setRole(owner, owner, 'admin', { owner: true }))).to.equal('accounts.outranked')
    expect((await setRole(admin, owner, 'admin', { owner: true })).status).to.equal(200)
    expect((await setRole(owner, admin, 'admin')).status).to.equal(200)
  })

  it('keep one owner also when two owners step down at once', async () => {
    await setRole(owner, admin, 'admin', { owner: true })
    const both = await Promise.all([setRole(owner, owner, 'admin'), setRole(admin, admin, 'admin')])
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 409])
    const { items } = (await as(owner, 'GET', '/api/team/members')).body as { items: Body[] }
    const [left] = items.filter(({ owner }) => owner)
    const by = left?.id === owner.userId ? owner : admin
    await setRole(by, owner, 'admin', { owner: true })
    if (by === admin) await setRole(owner, admin, 'admin')
  })

  it('lose their rights at once when demoted, and everything when removed; what they did stays theirs', async () => {
    const temp = await k.member(owner, 'temp@acme.example', 'admin')
    expect((await as(temp, 'PUT', '/api/team', { name: 'Acme Ltd.' })).status).to.equal(200)
    await setRole(owner, temp, 'viewer')
    expect((await as(temp, 'PUT', '/api/team', { name: 'Mine' })).status).to.equal(403)
    expect((await as(owner, 'DELETE', `/api/team/members/${temp.userId}`)).status).to.equal(204)
    expect((await as(temp, 'GET', '/api/team')).status).to.equal(401)
    const refreshed = await k.call('POST', '/api/auth/refresh', { payload: { refreshToken: temp.refreshToken } })
    expect(refreshed.status).to.equal(401)
    expect(codeOf(await k.login('temp@acme.example'))).to.equal('accounts.no-team')
    const log = await as(owner, 'GET', `/api/team/activity?actorId=${temp.userId}&action=team.changed`)
    expect((log.body as { items: Body[] }).items[0]?.actor).to.deep.include({ name: 'temp' })
    const audit = await as(owner, 'GET', '/api/admin/audit?action=member.removed')
    expect((audit.body as { items: Body[] }).items[0]?.target).to.deep.equal({ kind: 'member', id: temp.userId })
    expect(audit.text).to.not.include('temp@')
  })

  it('are demoted by another process within a second', async () => {
    const other = await AccountsKernel.start({ database: k.test.database, env: KEYS })
    try {
      const temp = await k.member(owner, 'far@acme.example', 'agent')
      other.clock.set(k.clock.now())
      const there = () =>
        other.call('POST', '/api/team/invitations', {
          token: temp.accessToken,
          payload: { email: 'x@acme.example', role: 'viewer' },
        })
      expect((await there()).status).to.equal(403)
      await setRole(owner, temp, 'admin')
      other.settle()
      expect((await there()).status).to.equal(201)
      await as(owner, 'DELETE', `/api/team/members/${temp.userId}`)
      other.settle()
      expect((await there()).status).to.equal(401)
    } finally {
      await other.stop()
    }
  })

  it('are nobody to another tenant', async () => {
    const stranger = await k.register('eve@globex.example', { businessName: 'Globex' })
    const { items } = (await as(stranger, 'GET', '/api/team/members')).body as { items: Body[] }
    expect(items.map(({ email }) => email)).to.deep.equal(['eve@globex.example'])
    expect((await as(stranger, 'GET', `/api/team/members/${agent.userId}`)).status).to.equal(404)
    expect((await setRole(stranger, agent, 'viewer')).status).to.equal(404)
    expect((await as(stranger, 'DELETE', `/api/team/members/${agent.userId}`)).status).to.equal(404)
  })

  describe('invitations', () => {
    const invite = (by: Grant, email: string, role = 'agent') =>
      as(by, 'POST', '/api/team/invitations', { email, role })
    const accept = (payload: object) => k.call('POST', '/api/team/invitations/accept', { payload })

    it('work once, for three days', async () => {
      expect((await invite(admin, 'ivy@acme.example')).status).to.equal(201)
      const token = await k.tokenFor('ivy@acme.example')
      const look = await k.must(200, 'POST', '/api/team/invitations/look', { payload: { token } })
      expect(look).to.deep.include({ email: 'ivy@acme.example', role: 'agent', hasAccount: false })
      expect((await accept({ token })).status).to.equal(422)
      expect((await accept({ token, name: 'Ivy', password: 'weak' })).status).to.equal(400)
      const joined = await accept({ token, name: 'Ivy', password: PASSWORD })
      expect(joined.status).to.equal(200)
      expect((await accept({ token, name: 'Ivy', password: PASSWORD })).status).to.equal(410)
      const me = await as(joined.body as Grant, 'GET', '/api/auth/me')
      expect(me.body).to.deep.include({ emailVerified: true, role: 'agent', tenantId: owner.tenantId })
      expect((await invite(admin, 'late@acme.example')).status).to.equal(201)
      const late = await k.tokenFor('late@acme.example')
      k.clock.advance(3 * 86_400_000)
      expect((await accept({ token: late, name: 'Late', password: PASSWORD })).status).to.equal(410)
    })

    it('are listed, sent again and taken back', async () => {
      owner = await k.loggedIn('owner@acme.example')
      admin = await k.loggedIn('admin@acme.example')
      const made = (await invite(owner, 'jim@acme.example')).body as Body
      expect(codeOf(await invite(owner, 'JIM@acme.example'))).to.equal('accounts.already-invited')
      expect(codeOf(await invite(owner, 'agent@acme.example'))).to.equal('accounts.already-member')
      const first = await k.tokenFor('jim@acme.example')
      expect((await as(owner, 'POST', `/api/team/invitations/${made.id}/resend`)).status).to.equal(200)
      const second = await k.tokenFor('jim@acme.example')
      expect((await accept({ token: first, name: 'Jim', password: PASSWORD })).status).to.equal(410)
      expect((await as(owner, 'DELETE', `/api/team/invitations/${made.id}`)).status).to.equal(204)
      expect((await accept({ token: second, name: 'Jim', password: PASSWORD })).status).to.equal(410)
      const { items } = (await as(owner, 'GET', '/api/team/invitations')).body as { items: Body[] }
      expect(items.map(({ email }) => email)).to.not.include('jim@acme.example')
    })

    it('let somebody with an account join with it, and nobody else in its name', async () => {
      const eve = await k.loggedIn('eve@globex.example')
      await invite(owner, 'eve@globex.example', 'viewer')
      const token = await k.tokenFor('eve@globex.example')
      expect((await accept({ token, name: 'Mallory', password: 'Mallorys-pass-1' })).status).to.equal(401)
      const joined = await k.call('POST', '/api/team/invitations/accept', {
        token: eve.accessToken,
        payload: { token },
      })
      expect(joined.status).to.equal(200)
      expect((joined.body as Grant).tenantId).to.equal(owner.tenantId)
      const me = (await as(eve, 'GET', '/api/auth/me')).body as { teams: Body[] }
      expect(me.teams.map(({ name, role }) => [name, role])).to.deep.equal([
        ['Globex', 'admin'],
        ['Acme Ltd.', 'viewer'],
      ])
      const moved = await as(eve, 'POST', '/api/auth/switch-team', { tenantId: owner.tenantId })
      expect(moved.status).to.equal(200)
      expect((await as(eve, 'GET', '/api/auth/me')).status, 'the token of the first tenant').to.equal(401)
      const here = await k.must<Body>(200, 'GET', '/api/auth/me', { token: (moved.body as Grant).accessToken })
      expect(here).to.deep.include({ tenantId: owner.tenantId, role: 'viewer' })
    })
  })

  describe('roles of their own', () => {
    it('are made of single permissions, given, changed for everybody at once, and kept while in use', async () => {
      owner = await k.loggedIn('owner@acme.example')
      const permissions = ['team.read', 'team.activity']
      const role = (await as(owner, 'POST', '/api/roles', { name: 'Auditor', permissions })).body as { id: string }
      const auditor = await k.member(owner, 'audit@acme.example', role.id)
      expect((await as(auditor, 'GET', '/api/team/activity')).status).to.equal(200)
      expect((await as(auditor, 'PUT', '/api/team', { name: 'X' })).status).to.equal(403)
      expect((await as(owner, 'PATCH', `/api/roles/${role.id}`, { permissions: ['team.read'] })).status).to.equal(200)
      expect((await as(auditor, 'GET', '/api/team/activity')).status).to.equal(403)
      expect(codeOf(await as(owner, 'DELETE', `/api/roles/${role.id}`))).to.equal('accounts.role-in-use')
      await setRole(owner, auditor, 'viewer')
      expect((await as(owner, 'DELETE', `/api/roles/${role.id}`)).status).to.equal(204)
    })

    it('have only permissions that exist, and none that their maker lacks', async () => {
      expect(codeOf(await as(owner, 'POST', '/api/roles', { name: 'Odd', permissions: ['no.such'] }))).to.equal(
        'accounts.permission-unknown',
      )
      const permissions = ['roles.write', 'roles.read', 'team.members', 'team.read']
      const role = (await as(owner, 'POST', '/api/roles', { name: 'Staff', permissions })).body as { id: string }
      const staff = await k.member(owner, 'staff@acme.example', role.id)
      const wanted = { name: 'Boss', permissions: ['team.write'] }
      expect(codeOf(await as(staff, 'POST', '/api/roles', wanted))).to.equal('accounts.beyond-own')
      expect(codeOf(await as(staff, 'PATCH', `/api/roles/${role.id}`, wanted))).to.equal('accounts.beyond-own')
      expect(codeOf(await setRole(staff, viewer, 'admin'))).to.equal('accounts.beyond-own')
      const invited = await as(staff, 'POST', '/api/team/invitations', { email: 'z@acme.example', role: 'admin' })
      expect(codeOf(invited)).to.equal('accounts.beyond-own')
    })

    it('bear no name of a built-in one, nor a name twice', async () => {
      for (const name of ['Admin', 'Staff'])
        expect(codeOf(await as(owner, 'POST', '/api/roles', { name, permissions: [] }))).to.equal(
          'accounts.role-name-taken',
        )
    })
  })

  describe('groups', () => {
    it('are made, changed, filled and deleted; who leaves the team leaves its groups', async () => {
      const group = (await as(owner, 'POST', '/api/teams', { name: 'Night', ownerId: agent.userId })).body as {
        id: string
      }
      const put = await as(owner, 'PUT', `/api/teams/${group.id}/members/${agent.userId}`, { role: 'lead' })
      expect((put.body as { members: Body[] }).members[0]).to.deep.include({
        userId: agent.userId,
        role: 'lead',
        status: 'active',
      })
      const temp = await k.member(owner, 'shift@acme.example', 'agent')
      await as(owner, 'PUT', `/api/teams/${group.id}/members/${temp.userId}`, {})
      await as(owner, 'DELETE', `/api/team/members/${temp.userId}`)
      const { members } = (await as(owner, 'GET', `/api/teams/${group.id}`)).body as { members: Body[] }
      expect(members).to.have.length(1)
      expect((await as(owner, 'POST', '/api/teams', { name: 'Night' })).status).to.equal(409)
      expect((await as(owner, 'PATCH', `/api/teams/${group.id}`, { description: 'After ten' })).status).to.equal(200)
      expect((await as(owner, 'PUT', `/api/teams/${group.id}/members/${temp.userId}`, {})).status).to.equal(404)
      expect((await as(owner, 'DELETE', `/api/teams/${group.id}/members/${agent.userId}`)).status).to.equal(204)
      expect((await as(owner, 'DELETE', `/api/teams/${group.id}`)).status).to.equal(204)
    })
  })

  it('show their team, and owners change it', async () => {
    const put = await as(owner, 'PUT', '/api/team', { timeZone: 'Europe/Berlin', settings: { defaultRole: 'viewer' } })
    expect(put.body).to.deep.include({ timeZone: 'Europe/Berlin', settings: { defaultRole: 'viewer' } })
    expect((put.body as Body).owner).to.not.equal(null)
  })
})
