import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import Jwt from '@hapi/jwt'
import { newId } from '@parley/core'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { LocalProvider } from '../../adapters/openid/local-provider.ts'
import { formOf, TestBrowser, type Visit } from '../../adapters/openid/test-browser.ts'
import { type Grant, PASSWORD } from './accounts-kernel.ts'
import { postOffice } from './test-mailer/post-office.ts'

const TEAM = 'TEAM123456'
const KEY_ID = 'KEY1234567'

describe('signing in elsewhere', () => {
  const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const box = newId()
  let google: LocalProvider
  let apple: LocalProvider
  let test: TestKernel
  let base: string

  before(async () => {
    google = await LocalProvider.listen()
    apple = await LocalProvider.listen()
    const privateKey = appleKey.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().replaceAll('\n', '\\n')
    const openid = {
      google: { issuer: google.issuer, clientId: 'parley-google', clientSecret: 'google-secret' },
      apple: { issuer: apple.issuer, clientId: 'com.acme.parley', teamId: TEAM, keyId: KEY_ID, privateKey },
    }
    const mailer = fileURLToPath(new URL('./test-mailer/', import.meta.url))
    test = await startTestKernel({
      plugins: [
        './plugins/accounts',
        { use: './adapters/openid', settings: openid },
        { use: mailer, settings: { box } },
      ],
      listen: true,
    })
    base = test.baseUrl
    const callback = (key: string) => `${base}/api/auth/openid/${key}/callback`
    google.serve([{ id: 'parley-google', secret: 'google-secret', redirectUri: callback('google') }])
    apple.serve([{ id: 'com.acme.parley', secret: isAppleSecret, redirectUri: callback('apple') }])
  })
  after(async () => {
    await test.stop()
    await google.close()
    await apple.close()
  })

  /** As Apple checks it: our signature, our team, for Apple, for this client, not for long. */
  const isAppleSecret = (came: string): boolean => {
    const artifacts = Jwt.token.decode(came)
    const key = appleKey.publicKey.export({ format: 'pem', type: 'spki' }).toString()
    Jwt.token.verify(artifacts, { key, algorithm: 'ES256' }, { iss: TEAM, aud: apple.issuer, sub: 'com.acme.parley' })
    return (artifacts.decoded.header as { kid?: string }).kid === KEY_ID
  }

  const begin = async (browser: TestBrowser, key: string, payload: object = {}) => {
    const { status, body } = await browser.call<{ url: string }>('POST', `${base}/api/auth/openid/${key}`, payload)
    expect(status).to.equal(200)
    return body.url
  }
  /** The page one lands on, and what stands behind its `#`. */
  const outcome = ({ url }: Visit) => Object.fromEntries(new URLSearchParams(url.hash.slice(1)))
  const home = (url: URL) => url.origin === base && !url.pathname.startsWith('/api/')

  const withGoogle = async (subject: string, browser = new TestBrowser(), payload: object = {}) => {
    google.current = subject
    const visit = await browser.open(await begin(browser, 'google', payload), home)
    return { visit, browser }
  }
  const session = async (browser: TestBrowser) => {
    const { body } = await browser.call<{ csrfToken: string }>('GET', `${base}/api/auth/csrf`)
    const refreshed = await browser.call<Grant>('POST', `${base}/api/auth/refresh`, undefined, {
      'x-csrf-token': body.csrfToken,
    })
    expect(refreshed.status).to.equal(200)
    return refreshed.body
  }
  const me = async (token: string) => {
    const { body } = await new TestBrowser().call('GET', `${base}/api/auth/me`, undefined, {
      authorization: `Bearer ${token}`,
    })
    return body
  }
  const register = (email: string, name = 'Ann') =>
    new TestBrowser().call<Grant>('POST', `${base}/api/auth/register`, { email, password: PASSWORD, name })
  const login = (email: string) =>
    new TestBrowser().call<Grant>('POST', `${base}/api/auth/login`, { email, password: PASSWORD })
  const confirm = async (email: string) => {
    await test.drain()
    const mail = postOffice.box(box).findLast(({ to }) => to.address === email)
    const text = mail !== undefined && 'text' in mail.content ? mail.content.text : ''
    const token = /#token=([\w-]+)/.exec(text)?.[1]
    expect((await new TestBrowser().call('POST', `${base}/api/auth/verify-email`, { token })).status).to.equal(204)
  }

  it('lists what is configured', async () => {
    const { body } = await new TestBrowser().call('GET', `${base}/api/auth/providers`)
    expect(body).to.deep.equal({
      items: [
        { key: 'google', name: 'Google' },
        { key: 'apple', name: 'Apple' },
      ],
    })
  })

  it('makes a person with a tenant at the first sign-in, and finds them by subject later, whatever their address', async () => {
    google.people.set('g-gil', { email: 'gil@gmail.com', email_verified: true, name: 'Gil G.' })
    const first = await withGoogle('g-gil', undefined, { returnTo: '/app?x=1', businessName: 'Gil & Co' })
    expect(first.visit.url.pathname + first.visit.url.search).to.equal('/app?x=1')
    expect(outcome(first.visit)).to.deep.equal({ 'signed-in': 'google' })
    const { accessToken, userId } = await session(first.browser)
    const who = await me(accessToken)
    expect(who).to.deep.include({ email: 'gil@gmail.com', emailVerified: true, name: 'Gil G.', hasPassword: false })
    expect((who.teams as { slug: string; owner: boolean }[])[0]).to.include({ slug: 'gil-co', owner: true })
    google.people.set('g-gil', { email: 'other@gmail.com', email_verified: true, name: 'Gil G.' })
    const second = await withGoogle('g-gil')
    expect((await session(second.browser)).userId).to.equal(userId)
  })

  it('joins an account whose address was confirmed, if Google runs the mailbox', async () => {
    const { body } = await register('kim@gmail.com')
    await confirm('kim@gmail.com')
    google.people.set('g-kim', { email: 'kim@gmail.com', email_verified: true })
    const { browser } = await withGoogle('g-kim')
    expect((await session(browser)).userId).to.equal(body.userId)
    expect((await login('kim@gmail.com')).status, 'the password stays').to.equal(200)
  })

  it('joins no account by an address that Google checked once and does not run, and none by an unchecked one', async () => {
    await register('lee@corp.example')
    await confirm('lee@corp.example')
    google.people.set('g-lee', { email: 'lee@corp.example', email_verified: true })
    expect(outcome((await withGoogle('g-lee')).visit)).to.deep.equal({ error: 'link-needed' })
    google.people.set('g-eve', { email: 'eve@corp.example', email_verified: false })
    expect(outcome((await withGoogle('g-eve')).visit)).to.deep.equal({ error: 'email-unverified' })
  })

  it('lets a signed-in person link the two, and part them again', async () => {
    const { body } = await login('lee@corp.example')
    const authorization = `Bearer ${body.accessToken}`
    const browser = new TestBrowser()
    const url = `${base}/api/auth/openid/google/link`
    expect((await browser.call('POST', url, { password: 'Wrong-horse-7' }, { authorization })).status).to.equal(403)
    const begun = await browser.call<{ url: string }>('POST', url, { password: PASSWORD }, { authorization })
    google.current = 'g-lee'
    expect(outcome(await browser.open(begun.body.url, home))).to.deep.equal({ linked: 'google' })
    const again = await withGoogle('g-lee')
    expect((await session(again.browser)).userId).to.equal(body.userId)
    const list = await browser.call<{ items: { id: string }[] }>('GET', `${base}/api/auth/identities`, undefined, {
      authorization,
    })
    const gone = await browser.call('DELETE', `${base}/api/auth/identities/${list.body.items[0]?.id}`, undefined, {
      authorization,
    })
    expect(gone.status).to.equal(204)
  })

  it('takes every way in from whoever opened an account in somebody’s name and waited', async () => {
    const { body: thief } = await register('victim@gmail.com', 'Mallory')
    const key = await new TestBrowser().call<{ key: string }>(
      'POST',
      `${base}/api/api-keys`,
      { name: 'hidden', scopes: ['team.read'] },
      { authorization: `Bearer ${thief.accessToken}` },
    )
    expect(key.status).to.equal(201)
    google.people.set('g-victim', { email: 'victim@gmail.com', email_verified: true })
    const { browser } = await withGoogle('g-victim')
    const mine = await session(browser)
    expect(mine.userId).to.equal(thief.userId)
    expect((await login('victim@gmail.com')).status).to.equal(401)
    const probe = (token: string) =>
      new TestBrowser().call('GET', `${base}/api/team`, undefined, { authorization: `Bearer ${token}` })
    expect((await probe(thief.accessToken)).status).to.equal(401)
    expect((await probe(key.body.key)).status).to.equal(401)
    const refreshed = await new TestBrowser().call('POST', `${base}/api/auth/refresh`, {
      refreshToken: thief.refreshToken,
    })
    expect(refreshed.status).to.equal(401)
    expect((await probe(mine.accessToken)).status).to.equal(200)
  })

  it('takes the way back once, and only in the browser that left', async () => {
    google.people.set('g-gil', { email: 'gil@gmail.com', email_verified: true })
    google.current = 'g-gil'
    const browser = new TestBrowser()
    const callback = await browser.open(await begin(browser, 'google'), (url) => url.origin === base)
    expect(callback.url.searchParams.get('code')).to.be.a('string')
    const elsewhere = await new TestBrowser().open(callback.url.href, home)
    expect(outcome(elsewhere)).to.deep.equal({ error: 'refused' })
    const late = await browser.open(callback.url.href, home)
    expect(outcome(late), 'the stranger spent the state').to.deep.equal({ error: 'refused' })
  })

  it('refuses an answer with another code, and where the service says no', async () => {
    google.current = 'g-gil'
    const browser = new TestBrowser()
    const callback = await browser.open(await begin(browser, 'google'), (url) => url.origin === base)
    callback.url.searchParams.set('code', 'guessed')
    expect(outcome(await browser.open(callback.url.href, home))).to.deep.equal({ error: 'refused' })
    const again = await browser.open(await begin(browser, 'google'), (url) => url.origin === base)
    const denied = new URL(again.url)
    denied.searchParams.delete('code')
    denied.searchParams.set('error', 'access_denied')
    expect(outcome(await browser.open(denied.href, home))).to.deep.equal({ error: 'refused' })
  })

  it('goes back to paths of its own only, and from its own pages', async () => {
    for (const returnTo of ['//evil.example', '/\\evil.example', 'https://evil.example', 'app']) {
      const { status } = await new TestBrowser().call('POST', `${base}/api/auth/openid/google`, { returnTo })
      expect(status, returnTo).to.equal(400)
    }
    const foreign = await new TestBrowser().call(
      'POST',
      `${base}/api/auth/openid/google`,
      {},
      { origin: 'https://evil.example' },
    )
    expect(foreign.status).to.equal(403)
    expect((await new TestBrowser().call('POST', `${base}/api/auth/openid/other`, {})).status).to.equal(404)
  })

  it('works with Apple’s form, its signed secret, a relay address and a name that comes once', async () => {
    const relay = 'x7k2@privaterelay.appleid.com'
    apple.people.set('a-ana', { email: relay, email_verified: 'true', is_private_email: 'true' })
    apple.current = 'a-ana'
    const browser = new TestBrowser()
    const form = formOf(await browser.open(await begin(browser, 'apple')))
    expect(form.action).to.equal(`${base}/api/auth/openid/apple/callback`)
    const user = JSON.stringify({ name: { firstName: 'Ana', lastName: 'Apple' }, email: relay })
    const next = await browser.post(form.action, { ...form.fields, user })
    expect(next.search).to.not.include('code')
    expect(outcome(await browser.open(next.href, home))).to.deep.equal({ 'signed-in': 'apple' })
    const first = await session(browser)
    expect(await me(first.accessToken)).to.deep.include({ email: relay, emailVerified: true, name: 'Ana Apple' })
    const later = new TestBrowser()
    const again = formOf(await later.open(await begin(later, 'apple')))
    await later.open((await later.post(again.action, again.fields)).href, home)
    expect((await session(later)).userId).to.equal(first.userId)
  })

  describe('with an ID token of one’s own', () => {
    const exchange = (idToken: string, more: object = {}) =>
      new TestBrowser().call<Grant>('POST', `${base}/api/auth/token-exchange`, { provider: 'google', idToken, ...more })

    it('signs in who the token names', async () => {
      google.people.set('g-mo', { email: 'mo@gmail.com', email_verified: true, name: 'Mo' })
      const { status, body } = await exchange(google.idToken('parley-google', 'g-mo'))
      expect(status).to.equal(200)
      expect(await me(body.accessToken)).to.deep.include({ email: 'mo@gmail.com', name: 'Mo' })
      const { body: again } = await exchange(google.idToken('parley-google', 'g-mo', { nonce: 'n-1' }), {
        nonce: 'n-1',
      })
      expect(again.userId).to.equal(body.userId)
    })

    it('refuses one for another audience, of another issuer, expired, forged, or of another sign-in', async () => {
      const fine = google.idToken('parley-google', 'g-mo')
      const [header = '', payload = '', signature = ''] = fine.split('.')
      const none = Buffer.from('{"alg":"none"}').toString('base64url')
      const wrong: readonly [string, string, object?][] = [
        ['another audience', google.idToken('somebody-else', 'g-mo')],
        ['another issuer', apple.idToken('parley-google', 'g-mo')],
        ['expired', google.idToken('parley-google', 'g-mo', { exp: Math.floor(Date.now() / 1000) - 60 })],
        ['forged', `${header}.${payload}.${signature.slice(0, -4)}AAAA`],
        ['unsigned', `${none}.${payload}.`],
        ['another nonce', google.idToken('parley-google', 'g-mo', { nonce: 'n-1' }), { nonce: 'n-2' }],
        ['no nonce', fine, { nonce: 'n-2' }],
        ['no token', 'nonsense'],
      ]
      for (const [what, token, more] of wrong) expect((await exchange(token, more)).status, what).to.equal(401)
      expect((await exchange(fine, { provider: 'other' })).status).to.equal(401)
    })
  })

  it('says that a service is away', async () => {
    const gone = await LocalProvider.listen()
    const { issuer } = gone
    await gone.close()
    const away = await startTestKernel({
      plugins: [
        './plugins/accounts',
        { use: './adapters/openid', settings: { google: { issuer, clientId: 'x', clientSecret: 'y' } } },
      ],
    })
    try {
      const answer = await away.inject({
        ...{ method: 'POST', url: '/api/auth/openid/google', payload: {}, as: null },
        headers: { host: 'app.local', origin: 'http://app.local' },
      })
      expect([answer.status, (answer.body as { code: string }).code]).to.deep.equal([
        503,
        'accounts.provider-unavailable',
      ])
    } finally {
      await away.stop()
    }
  })
})
