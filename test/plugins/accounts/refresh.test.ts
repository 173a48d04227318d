import { expect } from 'chai'
import { AccountsKernel, type Grant } from './accounts-kernel.ts'

const ORIGIN = 'http://app.local'
const PAGE = { host: 'app.local', origin: ORIGIN }

describe('refreshing a session', () => {
  let k: AccountsKernel

  before(async () => {
    k = await AccountsKernel.start()
    await k.register('ann@acme.example')
  })
  after(() => k.stop())

  const refresh = (refreshToken: string) => k.call('POST', '/api/auth/refresh', { payload: { refreshToken } })
  const me = (token: string) => k.call('GET', '/api/auth/me', { token })

  it('gives new tokens for old ones, for a week of rest and a month in all', async () => {
    let { refreshToken } = await k.loggedIn('ann@acme.example')
    for (let week = 0; week < 4; week += 1) {
      k.clock.advance(7 * 86_400_000 - 1000)
      const grant = (await refresh(refreshToken)).body as Grant
      expect((await me(grant.accessToken)).status).to.equal(200)
      expect(grant.refreshToken).to.not.equal(refreshToken)
      refreshToken = grant.refreshToken
    }
    k.clock.advance(3 * 86_400_000)
    expect((await refresh(refreshToken)).status, 'older than a month').to.equal(401)
    const rested = await k.loggedIn('ann@acme.example')
    k.clock.advance(7 * 86_400_000)
    expect((await refresh(rested.refreshToken)).status, 'rested a week').to.equal(401)
  })

  it('ends the whole family when a token is used twice: one of the two holders is a thief', async () => {
    const first = await k.loggedIn('ann@acme.example')
    const other = await k.loggedIn('ann@acme.example')
    const second = (await refresh(first.refreshToken)).body as Grant
    const third = (await refresh(second.refreshToken)).body as Grant
    const reused = await refresh(first.refreshToken)
    expect([reused.status, (reused.body as { code: string }).code]).to.deep.equal([401, 'accounts.refresh-reused'])
    expect((await refresh(third.refreshToken)).status).to.equal(401)
    for (const { accessToken } of [first, second, third]) expect((await me(accessToken)).status).to.equal(401)
    expect((await me(other.accessToken)).status, 'another session').to.equal(200)
  })

  it('gives a token that is used at once from many sides to one of them', async () => {
    const { refreshToken } = await k.loggedIn('ann@acme.example')
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(refreshToken)))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
  })

  describe('from a cookie', () => {
    const signIn = async () => {
      const payload = { email: 'ann@acme.example', password: 'Correct-horse-7', transport: 'cookie' }
      const { status, body, headers } = await k.call('POST', '/api/auth/login', { payload, headers: PAGE })
      expect(status).to.equal(200)
      return { grant: body as Grant, cookie: cookieOf(headers) }
    }
    const cookieOf = (headers: Readonly<Record<string, unknown>>) =>
      String([headers['set-cookie']].flat()[0]).split(';')[0] ?? ''
    const fromPage = (cookie: string, headers: Record<string, string> = {}) =>
      k.call('POST', '/api/auth/refresh', { headers: { ...PAGE, cookie, ...headers } })

    it('lies where no script can read it, and no other page’s request carries it', async () => {
      const payload = { email: 'ann@acme.example', password: 'Correct-horse-7', transport: 'cookie' }
      const { headers, body } = await k.call('POST', '/api/auth/login', { payload, headers: PAGE })
      expect(String(headers['set-cookie'])).to.match(
        /^parley_refresh=[\w-]{43}; Path=\/api\/auth; HttpOnly; SameSite=Strict; Max-Age=604800$/,
      )
      expect(body).to.not.have.property('refreshToken')
    })

    it('works with the crumb of its session, from our own pages', async () => {
      const { grant, cookie } = await signIn()
      const answer = await fromPage(cookie, { 'x-csrf-token': grant.csrfToken })
      expect(answer.status).to.equal(200)
      expect(cookieOf(answer.headers)).to.not.equal(cookie)
    })

    it('is refused without the crumb, with another session’s, from another origin, and from nowhere', async () => {
      const { grant, cookie } = await signIn()
      const crumb = { 'x-csrf-token': grant.csrfToken }
      const other = (await signIn()).grant.csrfToken
      expect((await fromPage(cookie)).status).to.equal(403)
      expect((await fromPage(cookie, { 'x-csrf-token': other })).status).to.equal(403)
      expect((await fromPage(cookie, { ...crumb, origin: 'https://evil.example' })).status).to.equal(403)
      expect(
        (await k.call('POST', '/api/auth/refresh', { headers: { host: 'app.local', cookie, ...crumb } })).status,
      ).to.equal(403)
      expect((await fromPage(cookie, crumb)).status, 'and it is still good').to.equal(200)
    })

    it('gives the second of two tabs what the first got, and ends the session when a thief comes later', async () => {
      const { grant, cookie } = await signIn()
      const crumb = { 'x-csrf-token': grant.csrfToken }
      const [one, two] = await Promise.all([fromPage(cookie, crumb), fromPage(cookie, crumb)])
      expect([one.status, two.status]).to.deep.equal([200, 200])
      expect(cookieOf(one.headers)).to.equal(cookieOf(two.headers))
      k.clock.advance(11_000)
      expect((await fromPage(cookie, crumb)).status).to.equal(401)
      expect((await fromPage(cookieOf(one.headers), crumb)).status).to.equal(401)
    })

    it('tells a page that was loaded anew its crumb, and signs out', async () => {
      const { cookie } = await signIn()
      const asked = await k.must<{ csrfToken: string }>(200, 'GET', '/api/auth/csrf', { headers: { ...PAGE, cookie } })
      const crumb = { 'x-csrf-token': asked.csrfToken }
      const foreign = await k.call('POST', '/api/auth/logout', {
        headers: { ...PAGE, cookie, origin: 'https://evil.example' },
      })
      expect(foreign.status).to.equal(403)
      expect((await k.call('POST', '/api/auth/logout', { headers: { ...PAGE, cookie } })).status).to.equal(403)
      const out = await k.call('POST', '/api/auth/logout', { headers: { ...PAGE, cookie, ...crumb } })
      expect(out.status).to.equal(204)
      expect(String(out.headers['set-cookie'])).to.include('Max-Age=0')
      expect((await fromPage(cookie, crumb)).status).to.equal(401)
    })
  })
})

describe('behind https', () => {
  it('the cookie is sent by https only, and no page of http can plant one', async () => {
    const k = await AccountsKernel.start({ env: { PUBLIC_URL: 'https://app.example' } })
    try {
      await k.register('ann@acme.example')
      const payload = { email: 'ann@acme.example', password: 'Correct-horse-7', transport: 'cookie' }
      const signIn = (origin: string) => k.call('POST', '/api/auth/login', { payload, headers: { origin } })
      expect((await signIn('http://app.example')).status).to.equal(403)
      const { headers, body } = await signIn('https://app.example')
      const line = String([headers['set-cookie']].flat()[0])
      expect(line).to.match(/^__Secure-parley_refresh=[\w-]{43}; .*; Secure$/)
      const call = (cookie: string) =>
        k.call('POST', '/api/auth/refresh', {
          headers: { origin: 'https://app.example', cookie, 'x-csrf-token': (body as Grant).csrfToken },
        })
      expect((await call(line.replace('__Secure-', '').split(';')[0] ?? '')).status).to.equal(401)
      expect((await call(line.split(';')[0] ?? '')).status).to.equal(200)
    } finally {
      await k.stop()
    }
  })
})
