import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, newId, permits } from '@parley/core'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import config from '../../../config/index.ts'
import { CustomRole, Membership } from '../../../plugins/accounts/models/member.ts'
import { Passwords } from '../../../plugins/accounts/passwords/passwords.ts'
import { PLATFORM } from '../../../plugins/accounts/platform.ts'
import { settingsSchema } from '../../../plugins/accounts/settings.ts'
import { createUser } from '../../../plugins/accounts/signing-in/users.ts'
import { type Grant, PASSWORD } from './accounts-kernel.ts'

interface Walked {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly access: Access
}

/** Every route that needs no credential. A new one is put here by hand, so that somebody has thought about it. */
const PUBLIC: ReadonlySet<string> = new Set([
  // What runs is no secret, and neither is how to speak to it.
  ...['getHealth', 'getReadiness', 'getOpenApi', 'getAsyncApi', 'getLiveClient'],
  // Whoever signs in has no token yet; each of these asks for another secret, or tells nothing.
  ...['register', 'login', 'loginSecondFactor', 'listIdentityProviders', 'startOpenId', 'finishOpenId'],
  ...['receiveOpenIdForm', 'exchangeIdToken', 'refreshSession', 'getCsrfToken', 'logout'],
  ...[
    'forgotPassword',
    'resetPassword',
    'verifyEmail',
    'lookAtInvitation',
    'acceptInvitation',
    'accountPage',
    'accountAsset',
  ],
  // Customers have no account: a chat, and links that are signed and end.
  ...[
    'webchatPage',
    'webchatApp',
    'webchatLoader',
    'webchatAsset',
    'openWebchatSession',
    'readWebchatFile',
    'getLinkedFile',
    'showUnsubscribe',
    'doUnsubscribe',
  ],
  // Vendors and remotes have none either: they sign, or know a token of the connection.
  ...['receiveSendGridMail', 'remoteUploadFile', 'remoteGetProtocol'],
])

/** Permissions that each built-in role must never have by default, whatever a manifest says. */
const NEVER: Readonly<Record<string, RegExp>> = {
  admin: /^platform\.|^\*$/,
  viewer: /^platform\.|\.write$|^team\.members$|^admin\.|^api-keys\./,
  agent: /^platform\.|^admin\.|^api-keys\.|^roles\.write$|^team\.(write|members)$/,
}

describe('every route of the house', function () {
  this.timeout(120_000)
  let test: TestKernel
  let home: string
  let routes: readonly Walked[]
  const tokens = new Map<string, string>()
  const permissionsOf = new Map<string, readonly string[]>()
  let refreshToken = ''

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'parley-matrix-'))
    const plugins = config.plugins.map((entry) => {
      if (entry.use === './plugins/accounts')
        return { ...entry, settings: { superAdmins: ['super-admin@acme.example'] } }
      if (entry.use === './adapters/outbox-mail') return { ...entry, settings: { folder: join(home, 'outbox') } }
      return entry
    })
    test = await startTestKernel({ plugins, env: { HTTP_TRUST_PROXY: 'true' } })
    routes = walk(test)
    const roleId = newId()
    await test.kernel.database.transaction(test.tenantId, async (uow) => {
      const now = new Date()
      await CustomRole.in(uow).insert({
        id: roleId,
        name: 'Nothing',
        permissions: [],
        created_at: now,
        updated_at: now,
      })
    })
    for (const role of ['admin', 'agent', 'viewer', 'super-admin', roleId]) {
      const name = role === roleId ? 'nothing' : role
      const grant = await member(test, name, role === 'super-admin' ? 'admin' : role)
      tokens.set(name, grant.accessToken)
      refreshToken = grant.refreshToken
      const me = await test.inject({ url: '/api/auth/me', as: { apiKey: grant.accessToken } })
      permissionsOf.set(name, (me.body as { permissions: string[] }).permissions)
    }
  })
  after(async () => {
    await test.stop()
    await rm(home, { recursive: true, force: true })
  })

  /** With a body that every schema refuses and an id that nothing has: allowed calls have no effect. */
  const probe = ({ method, path }: Walked, token: string | undefined) => {
    const url = path.replaceAll(/\{[^}]+\}/g, 'no-such-thing')
    return test.inject({
      ...{ method, url, as: token === undefined ? null : { apiKey: token } },
      ...(method === 'GET' ? {} : { payload: { matrix: true } }),
    })
  }

  it('answers 401 without a credential, unless it is on the list of public routes', async () => {
    const open = routes.filter(({ access }) => 'public' in access)
    expect(open.map(({ id }) => id).filter((id) => !PUBLIC.has(id))).to.deep.equal([])
    for (const route of routes.filter(({ access }) => !('public' in access))) {
      const { status, headers } = await probe(route, undefined)
      expect(status, `${route.method} ${route.path}`).to.equal(401)
      expect(headers['www-authenticate'], route.path).to.be.a('string')
    }
  })

  it('answers 401 to what only looks like a credential: a refresh token, a broken access token, a key of nobody', async () => {
    const [header, payload] = (tokens.get('admin') ?? '').split('.')
    const wrong = [
      refreshToken,
      `${header}.${payload}.AAAA`,
      'parley_live_000000000000000000000000000000000000',
      'x.y.z',
    ]
    for (const route of routes.filter(({ access }) => !('public' in access))) {
      for (const token of wrong) {
        expect((await probe(route, token)).status, `${route.method} ${route.path} with ${token}`).to.equal(401)
      }
    }
  })

  for (const role of ['super-admin', 'admin', 'agent', 'viewer', 'nothing']) {
    it(`lets ${role} in as the matrix says, and answers 403 otherwise`, async () => {
      const permissions = permissionsOf.get(role) ?? []
      let [letIn, keptOut] = [0, 0]
      for (const route of routes) {
        if (!('permission' in route.access)) continue
        const allowed = permits({ permissions }, route.access.permission)
        const { status, text } = await probe(route, tokens.get(role))
        const what = `${role}: ${route.method} ${route.path} (${route.access.permission}) → ${status} ${text.slice(0, 200)}`
        if (allowed) expect(status, what).to.not.be.oneOf([401, 403, 500])
        else expect(status, what).to.equal(403)
        if (allowed) letIn += 1
        else keptOut += 1
      }
      if (role === 'super-admin') expect(keptOut).to.equal(0)
      else if (role === 'nothing') expect(letIn).to.equal(0)
      else expect([letIn > 0, role === 'admin' || keptOut > 0]).to.deep.equal([true, true])
    })
  }

  it('needs a person where it is about the own account: no role keeps anybody out, and no key lets a program in', async () => {
    const own = routes.filter(
      ({ access, path }) => 'scheme' in access && access.scheme === 'bearer' && path.startsWith('/api/auth/'),
    )
    expect(own.length).to.be.above(10)
    for (const route of own.filter(({ method }) => method === 'GET')) {
      expect((await probe(route, tokens.get('nothing'))).status, route.path).to.equal(200)
      expect((await probe(route, test.apiKey)).status, route.path).to.equal(403)
    }
  })

  it('belongs to a matrix in which each role has less than the one above it', () => {
    const keys = test.kernel.http.server.table().flatMap(({ settings }) => {
      const access = settings.app?.guarded?.access
      return access !== undefined && 'permission' in access ? [access.permission] : []
    })
    const [admin = [], agent = [], viewer = []] = ['admin', 'agent', 'viewer'].map((role) => permissionsOf.get(role))
    expect(viewer.filter((key) => !agent.includes(key))).to.deep.equal([])
    expect(agent.filter((key) => !admin.includes(key))).to.deep.equal([])
    for (const [role, never] of Object.entries(NEVER)) {
      expect(
        (permissionsOf.get(role) ?? []).filter((key) => never.test(key)),
        role,
      ).to.deep.equal([])
    }
    expect(admin).to.include.members(['inbox.write', 'team.members', 'api-keys.write'])
    expect(viewer).to.include.members(['inbox.read', 'contacts.read'])
    expect(keys.length).to.be.above(50)
  })
})

function walk({ kernel }: TestKernel): readonly Walked[] {
  return kernel.http.server.table().flatMap(({ method, path, settings }) => {
    const { guarded, routeId } = settings.app ?? {}
    if (guarded === undefined || routeId === undefined) return []
    return [{ id: routeId, method: method.toUpperCase(), path, access: guarded.access }]
  })
}

async function member({ kernel, tenantId, inject }: TestKernel, name: string, role: string): Promise<Grant> {
  const email = `${name}@acme.example`
  const passwordHash = await new Passwords(settingsSchema.validate({}).value.password).hash(PASSWORD)
  const person = { email, name, locale: 'en', timeZone: 'UTC', passwordHash, emailVerified: true }
  const id = await kernel.database.transaction(PLATFORM, (uow) => createUser(uow, person, new Date()))
  await kernel.database.transaction(tenantId, async (uow) => {
    await Membership.in(uow).insert({ user_id: id ?? '', role, owner: false, joined_at: new Date() })
  })
  // Each from an address of its own: attempts are counted by address.
  const headers = { 'x-forwarded-for': `10.0.0.${name.length}` }
  const payload = { email, password: PASSWORD }
  const { body } = await inject({ method: 'POST', url: '/api/auth/login', payload, as: null, headers })
  return body as Grant
}
