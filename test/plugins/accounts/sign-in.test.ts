import { expect } from 'chai'
import { AccountsKernel, type Grant, PASSWORD } from './accounts-kernel.ts'

describe('signing in', () => {
  let k: AccountsKernel
  let ann: Grant

  before(async () => {
    k = await AccountsKernel.start()
    ann = await k.register('Ann@Acme.example')
  })
  after(() => k.stop())

  const me = (token: string) => k.call('GET', '/api/auth/me', { token })

  it('registers a person with a tenant of their own, whose owner and admin they are', async () => {
    const { status, body, text } = await me(ann.accessToken)
    expect(status).to.equal(200)
    expect(body).to.deep.include({ email: 'Ann@Acme.example', emailVerified: false, role: 'admin', tier: 'free' })
    expect((body as { teams: object[] }).teams).to.deep.equal([
      { tenantId: ann.tenantId, slug: 'acme', name: 'Acme', role: 'admin', owner: true, current: true },
    ])
    expect(text).to.not.match(/argon2|hash/)
    const tenant = await k.test.kernel.tenants.find(ann.tenantId)
    expect(tenant?.slug).to.equal('acme')
  })

  it('refuses an address that is taken, however it is written, and makes no tenant for it', async () => {
    const payload = { email: 'ann@ACME.example', password: PASSWORD, name: 'Eve', businessName: 'Evil' }
    const { status, body } = await k.call('POST', '/api/auth/register', { payload })
    expect(status).to.equal(409)
    expect(body).to.deep.include({ code: 'accounts.email-taken' })
    expect(await k.test.kernel.tenants.findBySlug('evil')).to.equal(undefined)
  })

  it('names every part of the rule that a password breaks', async () => {
    const payload = { email: 'bob@acme.example', password: 'short', name: 'Bob' }
    const { status, body } = await k.call('POST', '/api/auth/register', { payload })
    expect(status).to.equal(400)
    expect(body).to.deep.include({ rules: ['length', 'upper-case', 'number'] })
    expect((body as { errors: { field: string }[] }).errors.map(({ field }) => field)).to.deep.equal([
      'password',
      'password',
      'password',
    ])
  })

  it('signs in with the right password, and answers an unknown person like a wrong password', async () => {
    const right = await k.login('ann@acme.example')
    expect(right.status).to.equal(200)
    const wrong = await k.login('ann@acme.example', 'Wrong-horse-7')
    const nobody = await k.login('nobody@acme.example')
    const same = ({ status, body }: typeof wrong) => {
      const { requestId, ...rest } = body as Record<string, unknown>
      return { status, rest }
    }
    expect(wrong.status).to.equal(401)
    expect(same(wrong)).to.deep.equal(same(nobody))
  })

  it('takes as long for an unknown person, one without a password and a wrong one', async () => {
    const platform = '00000000-0000-0000-0000-000000000000'
    await k.register('elsewhere@acme.example')
    await k.test.kernel.database.transaction(platform, async ({ trx }) => {
      await trx('accounts.user').where({ email_norm: 'elsewhere@acme.example' }).update({ password_hash: null })
    })
    const people = ['ann@acme.example', 'nobody@acme.example', 'elsewhere@acme.example']
    const times = new Map(people.map((email) => [email, [] as number[]]))
    // In turns, so that whatever else the machine does slows all of them alike.
    for (let round = 0; round < 9; round += 1) {
      for (const email of people) {
        const began = performance.now()
        expect((await k.login(email, 'Wrong-horse-7')).status).to.equal(401)
        times.get(email)?.push(performance.now() - began)
      }
    }
    const [known = 0, ...others] = people.map((email) => times.get(email)?.sort((a, b) => a - b)[4] ?? 0)
    // A hash takes most of it: without one the answer would come ten times as fast.
    for (const other of others) expect(other / known).to.be.within(1 / 3, 3)
  })

  it('honours tokens signed under an older key of the ring, and signs with the newest', async () => {
    const old = `one:${Buffer.alloc(32, 1).toString('base64')}`
    const first = await AccountsKernel.start({ env: { PARLEY_KEYS: old } })
    const grant = await first.register('rotation@acme.example')
    const keys = `two:${Buffer.alloc(32, 2).toString('base64')},${old}`
    const second = await AccountsKernel.start({ database: first.test.database, env: { PARLEY_KEYS: keys } })
    const third = await AccountsKernel.start({
      database: first.test.database,
      env: { PARLEY_KEYS: keys.split(',')[0] ?? '' },
    })
    try {
      const kid = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
      expect((await second.call('GET', '/api/auth/me', { token: grant.accessToken })).status).to.equal(200)
      const payload = { refreshToken: grant.refreshToken }
      const fresh = await second.must<Grant>(200, 'POST', '/api/auth/refresh', { payload })
      expect([kid(grant.accessToken), kid(fresh.accessToken)]).to.deep.equal(['one', 'two'])
      expect(
        (await third.call('GET', '/api/auth/me', { token: grant.accessToken })).status,
        'the key is gone',
      ).to.equal(401)
      expect((await third.call('GET', '/api/auth/me', { token: fresh.accessToken })).status).to.equal(200)
    } finally {
      await third.stop()
      await second.stop()
      await first.stop()
    }
  })

  it('refuses access tokens that are expired, tampered, of another kind, or no tokens', async () => {
    const grant = await k.loggedIn('ann@acme.example')
    const [header = '', payload = '', signature = ''] = grant.accessToken.split('.')
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    const forged = [
      `${header}.${payload}.${signature.slice(0, -2)}AA`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      'eyJ.eyJ.sig',
      'nonsense',
      grant.refreshToken,
    ]
    for (const token of forged) expect((await me(token)).status, token).to.equal(401)
    expect((await me(grant.accessToken)).status).to.equal(200)
    k.clock.advance(15 * 60_000)
    expect((await me(grant.accessToken)).status).to.equal(401)
  })

  it('ends one session with its access token or its refresh token, and no other', async () => {
    const one = await k.loggedIn('ann@acme.example')
    const two = await k.loggedIn('ann@acme.example')
    const three = await k.loggedIn('ann@acme.example')
    await k.must(204, 'POST', '/api/auth/logout', { token: one.accessToken })
    await k.must(204, 'POST', '/api/auth/logout', { payload: { refreshToken: two.refreshToken } })
    for (const { accessToken, refreshToken } of [one, two]) {
      expect((await me(accessToken)).status).to.equal(401)
      await k.must(401, 'POST', '/api/auth/refresh', { payload: { refreshToken } })
    }
    expect((await me(three.accessToken)).status).to.equal(200)
    await k.must(204, 'POST', '/api/auth/logout-everywhere', { token: three.accessToken })
    expect((await me(three.accessToken)).status).to.equal(401)
  })

  it('lists where one is signed in, and ends one of them', async () => {
    const old = await k.loggedIn('ann@acme.example')
    const now = await k.loggedIn('ann@acme.example')
    const { items } = await k.must<{ items: { id: string; current: boolean }[] }>(200, 'GET', '/api/auth/sessions', {
      token: now.accessToken,
    })
    expect(items.map(({ current }) => current)).to.deep.equal([true, false])
    await k.must(204, 'DELETE', `/api/auth/sessions/${items[1]?.id}`, { token: now.accessToken })
    expect((await me(old.accessToken)).status).to.equal(401)
  })

  it('changes the own name, and neither role nor tenant', async () => {
    const { accessToken: token } = await k.loggedIn('ann@acme.example')
    const payload = { name: 'Ann B.', timeZone: 'Asia/Kolkata', locale: 'en-IN' }
    const changed = await k.must(200, 'PUT', '/api/auth/me', { token, payload })
    expect(changed).to.deep.include(payload)
    for (const field of ['role', 'tenantId', 'email']) {
      const answer = await k.call('PUT', '/api/auth/me', { token, payload: { [field]: 'admin' } })
      expect(answer.status, field).to.equal(400)
    }
    expect((await k.call('PUT', '/api/auth/me', { token, payload: { timeZone: 'Mars/Base' } })).status).to.equal(400)
  })

  it('gives a program with an API key no account', async () => {
    const { status, body } = await k.call('GET', '/api/auth/me', { token: k.test.apiKey })
    expect(status).to.equal(403)
    expect(body).to.deep.include({ code: 'accounts.people-only' })
  })

  it('takes API keys and access tokens by the one scheme', async () => {
    const { accessToken } = await k.loggedIn('ann@acme.example')
    for (const token of [accessToken, k.test.apiKey]) {
      expect((await k.call('GET', '/api/api-keys', { token })).status).to.equal(200)
    }
  })
})
