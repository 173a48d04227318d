import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { systemClock } from '../../core/clock.ts'
import type { ChannelMessageReceived } from '../../core/index.ts'
import { launchBrowser } from '../../core/testing/browser.ts'
import { startWebchat, type WebchatUnderTest } from '../adapters/webchat/kit.ts'
import { laneOf } from '../adapters/webchat/stand-in-inbox.ts'
import { expectAccessible, type Opened, openPage } from './webchat-watch.ts'

const SECRET = 'the identity secret of the shop'

/** Another site, with a policy as strict as they come: nothing inline, and only our script and our frame from elsewhere. */
async function openSite(chat: () => URL): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    const { origin, href } = chat()
    response.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': `default-src 'none'; img-src data:; script-src ${origin}; style-src 'self'; frame-src ${origin}; require-trusted-types-for 'script'`,
    })
    response.end(`<!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,"></head>
      <body><main><h1>A shop</h1><p>Bikes of all kinds.</p></main><script async src="${href}/widget.js"></script></body></html>`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

describe('the web chat embedded in another site with a strict policy', function () {
  this.timeout(60_000)
  let browser: Browser
  let kit: WebchatUnderTest
  let shop: { url: string; server: Server }
  let stranger: { url: string; server: Server }
  let opened: Opened | undefined
  let heard: ChannelMessageReceived | undefined

  before(async () => {
    const chat = () => new URL(`/chat/${kit.connection.id}`, kit.url)
    browser = await launchBrowser()
    shop = await openSite(chat)
    stranger = await openSite(chat)
    kit = await startWebchat({
      clock: systemClock,
      connection: {
        settings: { title: 'Harbour Bikes', allowedOrigins: [shop.url] },
        secrets: { identitySecret: SECRET },
      },
    })
    kit.inbox.onMessage = (data) => {
      heard = data
    }
  })
  afterEach(async () => {
    await opened?.context.close()
    opened = undefined
  })
  after(async () => {
    await browser?.close()
    await kit?.stop()
    for (const site of [shop, stranger]) site?.server.close()
  })

  async function open(url = shop.url): Promise<Opened> {
    opened = await openPage(browser, url)
    await bubble(opened.page).waitFor()
    return opened
  }

  const bubble = (page: Page) => page.getByRole('button', { name: /^Harbour Bikes/ })
  const app = (page: Page) => page.frameLocator('iframe')
  const shown = (page: Page, text: string) => app(page).locator('.mine:not(.sending):not(.sent)').getByText(text)

  async function write(page: Page, text: string): Promise<void> {
    await app(page).getByRole('textbox').fill(text)
    await page.keyboard.press('Enter')
    await shown(page, text).waitFor()
  }

  /** A token as the shop's server signs it. */
  function identityOf(sub: string): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor(systemClock.millis() / 1000) + 60
    const signed = `${part({ alg: 'HS256' })}.${part({ sub, aud: kit.connection.id, exp })}`
    return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
  }

  it('opens over the page, closes with Escape, counts what came, and is the same visitor after a reload', async () => {
    const { page, watch } = await open()
    await bubble(page).click()
    await write(page, 'From the shop')
    const frame = page.frames().find((one) => one.url().endsWith('/app'))
    if (frame === undefined) throw new Error('the chat has no frame')
    await expectAccessible(frame, 'in the frame')
    await expectAccessible(page, 'around the frame')
    await page.keyboard.press('Escape')
    await page.locator('iframe').waitFor({ state: 'hidden' })
    expect(await page.evaluate('document.activeElement.localName')).to.equal('parley-chat')
    const visitor = heard?.sender.identities[0]?.value ?? ''
    kit.inbox.say(laneOf(kit.connection.id, visitor), { kind: 'text', text: 'An answer' })
    const counted = page.getByRole('button', { name: 'Harbour Bikes (1)' })
    await counted.waitFor()
    await page.reload()
    await counted.waitFor()
    await counted.click()
    await app(page).getByText('An answer').waitFor()
    await app(page).getByText('From the shop').waitFor()
    await page.getByRole('button', { name: 'Harbour Bikes', exact: true }).waitFor()
    watch.expectNothing()
  })

  it('puts nothing into the site’s storage before the first message, and no words after it', async () => {
    const { page, watch } = await open()
    await bubble(page).click()
    await app(page).getByRole('textbox').fill('Something private')
    const stored = () => page.evaluate('JSON.stringify({ ...localStorage })')
    expect(await stored()).to.equal('{}')
    await page.keyboard.press('Enter')
    await shown(page, 'Something private').waitFor()
    expect(await stored())
      .to.include('parley.webchat.')
      .and.not.include('private')
    watch.expectNothing()
  })

  it('knows a logged-in customer by a signed identity, and forgets them on logout', async () => {
    const { page, watch } = await open()
    await page.evaluate(`parley.identify(${JSON.stringify(identityOf('ada'))})`)
    await bubble(page).click()
    await write(page, 'I am Ada')
    expect(heard?.sender.identities.map(({ kind }) => kind)).to.deep.equal(['user', 'visitor'])
    await page.evaluate('parley.logout()')
    await shown(page, 'I am Ada').waitFor({ state: 'detached' })
    expect(await page.evaluate('localStorage.length')).to.equal(0)
    await write(page, 'Somebody else')
    expect(heard?.sender.identities.map(({ kind }) => kind)).to.deep.equal(['visitor'])
    watch.expectNothing()
  })

  it('tells the site when an identity is refused', async () => {
    const { page } = await open()
    const detail = await page.evaluate(`new Promise((resolve) => {
      addEventListener('parley:identity-refused', ({ detail }) => resolve(detail))
      parley.identify('nonsense')
    })`)
    expect(detail).to.include('not accepted')
  })

  it('can be taken off the page without a trace', async () => {
    const { page, watch } = await open()
    await page.evaluate('parley.destroy()')
    await bubble(page).waitFor({ state: 'detached' })
    expect(await page.evaluate(`['parley' in window, document.querySelector('parley-chat')]`)).to.deep.equal([
      false,
      null,
    ])
    watch.expectNothing()
  })

  it('is not shown in the frame of a site that the connection does not allow', async () => {
    const { page, watch } = await open(stranger.url)
    const refused = page.waitForEvent('console', { predicate: (message) => /frame-ancestors/.test(message.text()) })
    await bubble(page).click()
    await refused
    expect(await app(page).locator('textarea').count()).to.equal(0)
    expect(watch.faults.join()).to.include('frame-ancestors')
  })
})
