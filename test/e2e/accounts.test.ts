import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import nes from '@hapi/nes/lib/client.js'
import { newId } from '@parley/core'
import { launchBrowser, startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { LocalProvider } from '../adapters/openid/local-provider.ts'
import { postOffice } from '../plugins/accounts/test-mailer/post-office.ts'
import { expectAccessible, type Opened, openPage } from './webchat-watch.ts'

const PASSWORD = 'Correct-horse-7'

interface Grant {
  readonly accessToken: string
  readonly refreshToken: string
  readonly userId: string
}

describe('accounts over real sockets', function () {
  this.timeout(60_000)
  const box = newId()
  const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let google: LocalProvider
  let apple: LocalProvider
  let test: TestKernel
  /** Another site than the providers, which are at 127.0.0.1: a browser then treats their requests as foreign. */
  let base: string
  let browser: Browser
  let opened: Opened | undefined

  before(async () => {
    browser = await launchBrowser()
    google = await LocalProvider.listen()
    apple = await LocalProvider.listen()
    const privateKey = appleKey.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const openid = {
      google: { issuer: google.issuer, clientId: 'google', clientSecret: 'secret' },
      apple: { issuer: apple.issuer, clientId: 'apple', teamId: 'TEAM123456', keyId: 'KEY1234567', privateKey },
    }
    const mailer = fileURLToPath(new URL('../plugins/accounts/test-mailer/', import.meta.url))
    test = await startTestKernel({
      plugins: [
        './plugins/accounts',
        './plugins/contacts',
        './plugins/inbox',
        { use: './adapters/openid', settings: openid },
        { use: mailer, settings: { box } },
      ],
      env: { HTTP_LIVE_REVERIFY_MS: '100' },
      listen: true,
    })
    base = test.baseUrl.replace('127.0.0.1', 'localhost')
    const callback = (key: string) => `${base}/api/auth/openid/${key}/callback`
    google.serve([{ id: 'google', secret: 'secret', redirectUri: callback('google') }])
    apple.serve([{ id: 'apple', secret: (came) => came.split('.').length === 3, redirectUri: callback('apple') }])
  })
  afterEach(async () => {
    await opened?.context.close()
    opened = undefined
  })
  after(async () => {
    await browser?.close()
    await test?.stop()
    await google?.close()
    await apple?.close()
  })

  const call = async <T = Record<string, unknown>>(path: string, payload: object, token?: string) => {
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(payload),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T }
  }
  const register = async (email: string) =>
    (await call<Grant>('/api/auth/register', { email, password: PASSWORD, name: 'Ann', businessName: 'Acme' })).body

  it('keeps a WebSocket open for an access token, and closes it soon after signing out', async () => {
    const { accessToken } = await register('ws@acme.example')
    const client = new nes.Client(base.replace('http:', 'ws:') as 'ws://x')
    const gone = new Promise<void>((resolve) => {
      client.onDisconnect = () => resolve()
    })
    await client.connect({ auth: { headers: { authorization: `Bearer ${accessToken}` } }, reconnect: false })
    const me = await fetch(`${base}/api/auth/me`, { headers: { authorization: `Bearer ${accessToken}` } })
    const { tenantId } = (await me.json()) as { tenantId: string }
    await client.subscribe(`/live/inbox/${tenantId}`, () => {})
    await call('/api/auth/logout', {}, accessToken)
    await gone
    const again = new nes.Client(base.replace('http:', 'ws:') as 'ws://x')
    again.onError = () => {}
    const refused = await again
      .connect({ auth: { headers: { authorization: `Bearer ${accessToken}` } }, reconnect: false })
      .catch((error: Error) => error)
    expect(refused).to.be.instanceOf(Error)
    await again.disconnect()
  })

  const open = async (url: string) => {
    opened = await openPage(browser, url)
    return opened.page
  }
  /** The link in the newest mail to the address. */
  const linkTo = async (address: string) => {
    await test.drain()
    const mail = postOffice.box(box).findLast(({ to }) => to.address === address)
    const text = mail !== undefined && 'text' in mail.content ? mail.content.text : ''
    return /http:\S+/.exec(text)?.[0] ?? ''
  }
  const said = (page: Page) => page.getByRole('status').filter({ hasText: /./ }).innerText()

  it('confirms an address at the press of a button, not at the opening of a link', async () => {
    const { accessToken } = await register('ann@acme.example')
    const verified = async () => {
      const me = await fetch(`${base}/api/auth/me`, { headers: { authorization: `Bearer ${accessToken}` } })
      return ((await me.json()) as { emailVerified: boolean }).emailVerified
    }
    const page = await open(await linkTo('ann@acme.example'))
    await page.getByRole('button', { name: 'Confirm' }).waitFor()
    expect(page.url(), 'the token is out of sight').to.equal(`${base}/account/verify-email`)
    expect(await verified()).to.equal(false)
    await expectAccessible(page, 'confirming')
    await page.getByRole('button', { name: 'Confirm' }).click()
    expect(await said(page)).to.equal('Your address is confirmed.')
    expect(await verified()).to.equal(true)
    opened?.watch.expectNothing()
  })

  it('resets a password, and says what a weak one lacks', async () => {
    await register('bob@acme.example')
    await call('/api/auth/forgot-password', { email: 'bob@acme.example' })
    const page = await open(await linkTo('bob@acme.example'))
    await page.getByLabel('New password').fill('weakling')
    await page.getByRole('button').click()
    expect(await said(page))
      .to.include('upper-case')
      .and.include('number')
    await expectAccessible(page, 'a refused password')
    await page.getByLabel('New password').fill('Stronger-7')
    await page.getByRole('button').click()
    expect(await said(page)).to.include('in force')
    expect((await call('/api/auth/login', { email: 'bob@acme.example', password: 'Stronger-7' })).status).to.equal(200)
  })

  it('accepts an invitation', async () => {
    const { accessToken } = await register('owner@acme.example')
    await call('/api/team/invitations', { email: 'new@acme.example', role: 'agent' }, accessToken)
    const link = await linkTo('new@acme.example')
    const page = await open(link)
    await page.getByLabel('Your name').fill('Newcomer')
    await page.getByLabel('New password').fill(PASSWORD)
    await expectAccessible(page, 'an invitation')
    await page.getByRole('button', { name: 'Join the team' }).click()
    expect(await said(page)).to.include('You are a member of Acme')
    opened?.watch.expectNothing()
    await page.goto('about:blank')
    await page.goto(link)
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor()
  })

  /** What a page of ours does: begins, goes there, and refreshes from the cookie once it is back. */
  const signInBy = async (key: string): Promise<{ userId: string; cookies: readonly string[] }> => {
    const page = await open(`${base}/account/verify-email`)
    const url: string = await page.evaluate(
      `fetch('/api/auth/openid/${key}', { method: 'POST', headers: { 'content-type': 'application/json' },
           body: JSON.stringify({ returnTo: '/account/reset-password' }) }).then((r) => r.json()).then((b) => b.url)`,
    )
    await page.goto(url)
    await page.waitForURL(`${base}/account/reset-password`)
    const body: Grant = await page.evaluate(
      `fetch('/api/auth/csrf').then((r) => r.json()).then(({ csrfToken }) =>
           fetch('/api/auth/refresh', { method: 'POST', headers: { 'x-csrf-token': csrfToken } })).then((r) => r.json())`,
    )
    const script: string = await page.evaluate('document.cookie')
    return { userId: body.userId, cookies: script === '' ? [] : [script] }
  }

  it('signs in at Google and comes back with a cookie that no script sees', async () => {
    google.people.set('g-1', { email: 'gil@gmail.com', email_verified: true, name: 'Gil' })
    google.current = 'g-1'
    const first = await signInBy('google')
    expect(first.userId).to.match(/^[0-9a-f-]{36}$/)
    expect(first.cookies).to.deep.equal([])
    await opened?.context.close()
    expect((await signInBy('google')).userId).to.equal(first.userId)
  })

  it('signs in at Apple, whose form comes from a foreign site without our cookie', async () => {
    apple.people.set('a-1', { email: 'x@privaterelay.appleid.com', email_verified: 'true' })
    apple.current = 'a-1'
    expect((await signInBy('apple')).userId).to.match(/^[0-9a-f-]{36}$/)
  })
})
