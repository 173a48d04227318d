import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { systemClock } from '../../core/clock.ts'
import type { ChannelMessageReceived } from '../../core/index.ts'
import { launchBrowser } from '../../core/testing/browser.ts'
import { PNG } from '../adapters/webchat/client.ts'
import { startWebchat, type WebchatUnderTest } from '../adapters/webchat/kit.ts'
import { laneOf } from '../adapters/webchat/stand-in-inbox.ts'
import { until } from '../core/events/kit.ts'
import { expectAccessible, type Opened, openPage } from './webchat-watch.ts'

describe('the page of the web chat, in a browser', function () {
  this.timeout(60_000)
  let browser: Browser
  let kit: WebchatUnderTest
  let chat: string
  let opened: Opened | undefined
  let heard: ChannelMessageReceived | undefined

  before(async () => {
    browser = await launchBrowser()
    kit = await startWebchat({ clock: systemClock, settings: { limits: { sessions: { burst: 1000 } } } })
    chat = `${kit.url}/chat/${kit.connection.id}`
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
  })

  async function open(url = chat, options: BrowserContextOptions = {}): Promise<Opened> {
    opened = await openPage(browser, url, options)
    return opened
  }

  const lane = () => laneOf(kit.connection.id, heard?.sender.identities[0]?.value ?? '')
  const say = (text: string) => kit.inbox.say(lane(), { kind: 'text', text })

  async function write(page: Page, text: string): Promise<void> {
    await page.getByRole('textbox').fill(text)
    await page.keyboard.press('Enter')
    await page.locator('.mine:not(.sending):not(.sent)').getByText(text).waitFor()
  }

  /** Everything the chat can show, one below the other. */
  async function fill(page: Page): Promise<void> {
    await write(page, 'Hello, 123? سلام!')
    const files = page.locator('input[type=file]')
    await files.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG })
    await page.getByRole('img', { name: 'a.png' }).waitFor()
    await files.setInputFiles({ name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from([0, 1]) })
    await page.getByRole('alert').waitFor()
    say('See https://example.com for more.')
    kit.inbox.say(lane(), { kind: 'location', latitude: 1, longitude: 2, name: 'Harbour' })
    kit.inbox.say(lane(), { kind: 'document', media: { link: 'https://example.com/terms.pdf', fileName: 'terms.pdf' } })
    kit.inbox.say(lane(), { kind: 'template', name: 'x', language: 'en' })
    const buttons = [
      { id: 'a', title: 'City bike' },
      { id: 'b', title: 'E-bike' },
    ]
    kit.inbox.say(lane(), { kind: 'interactive', text: 'Which one?', header: 'Rental', footer: 'Per day', buttons })
    await page.getByRole('button', { name: 'E-bike' }).waitFor()
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const lang of ['en', 'ar'] as const) {
      it(`has no barrier that axe finds, in ${colorScheme} and ${lang}, with everything it can show`, async () => {
        const { page, context, watch } = await open(`${chat}?lang=${lang}`, { colorScheme })
        await expectAccessible(page, 'before the first message')
        await fill(page)
        await expectAccessible(page, 'with everything')
        expect(await page.evaluate('document.documentElement.dir')).to.equal(lang === 'ar' ? 'rtl' : 'ltr')
        const refusedFile = watch.faults.splice(0)
        expect(refusedFile.join()).to.include('415')
        expect(refusedFile).to.have.length(1)
        await context.setOffline(true)
        await page.locator('.offline').waitFor()
        await expectAccessible(page, 'offline')
        watch.expectNothing({ away: true })
      })
    }
  }

  it('is used with the keyboard alone', async () => {
    const { page, watch } = await open()
    await page.keyboard.type('Hello')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('there')
    await page.keyboard.press('Enter')
    await page.getByRole('article', { name: 'You' }).getByText('Hello there').waitFor()
    await page.locator('.mine:not(.sending):not(.sent)').waitFor()
    kit.inbox.say(lane(), { kind: 'interactive', text: 'Sure?', buttons: [{ id: 'y', title: 'Yes' }] })
    await page.getByRole('button', { name: 'Yes' }).waitFor()
    for (let i = 0; i < 10; i++) {
      await page.keyboard.press('Shift+Tab')
      if ((await page.evaluate('document.activeElement.textContent')) === 'Yes') break
    }
    await page.keyboard.press('Enter')
    await page.locator('.mine:not(.sending):not(.sent)').getByText('Yes').waitFor()
    expect(heard?.content).to.deep.equal({ kind: 'reply', source: 'button', text: 'Yes', payload: 'y' })
    expect(await page.getByRole('button', { name: 'Yes' }).count()).to.equal(0)
    watch.expectNothing()
  })

  it('shows what a stranger wrote as text, whatever it looks like', async () => {
    const { page, watch } = await open()
    await write(page, 'Hi')
    say('<img src=x onerror=alert(1)> <script>alert(2)</script> javascript:alert(3)')
    await page.getByText('<img src=x onerror=alert(1)>').waitFor()
    expect(await page.locator('.log img, .log script, .log a').count()).to.equal(0)
    watch.expectNothing()
  })

  it('stays where the reader is when something new comes, and leads there on a press', async () => {
    const { page, watch } = await open()
    await write(page, 'Hi')
    for (let i = 0; i < 40; i++) say(`line ${i}`)
    await page.getByText('line 39').waitFor()
    const log = page.getByRole('log')
    const top = () => log.evaluate((element: { scrollTop: number }) => element.scrollTop)
    await log.hover()
    await page.mouse.wheel(0, -10_000)
    await until(async () => (await top()) === 0)
    say('the newest of all')
    const down = page.getByRole('button', { name: 'New messages' })
    await down.waitFor()
    expect(await top()).to.equal(0)
    await down.click()
    await down.waitFor({ state: 'detached' })
    expect(await top()).to.be.above(100)
    watch.expectNothing()
  })

  it('keeps a draft over a reload, and does not upload what would be refused anyway', async () => {
    const { page, watch } = await open()
    await page.getByRole('textbox').fill('Half a thought')
    await page.reload()
    expect(await page.getByRole('textbox').inputValue()).to.equal('Half a thought')
    const files = page.locator('input[type=file]')
    await files.setInputFiles({
      name: 'a.txt',
      mimeType: 'text/plain',
      buffer: Buffer.alloc(10 * 1024 * 1024 + 1, 'a'),
    })
    await page.getByRole('alert').getByText('10 MB').waitFor()
    await files.setInputFiles({ name: 'a.svg', mimeType: 'image/svg+xml', buffer: PNG })
    await page.getByRole('alert').getByText('type').waitFor()
    expect(await page.getByRole('article', { name: 'You' }).count()).to.equal(0)
    watch.expectNothing()
  })
})
