import { join } from 'node:path'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../core/testing/browser.ts'
import { PNG } from '../adapters/webchat/client.ts'
import { type Demo, Installation } from './installation.ts'
import { type Opened, openPage } from './webchat-watch.ts'

/** Also the picture of the README; written anew when UPDATE_SCREENSHOTS is set. */
const SCREENSHOT = join(import.meta.dirname, 'screenshots/webchat.png')

interface Message {
  readonly id: string
  readonly direction: 'in' | 'out'
  readonly kind: string
  readonly text: string
  readonly status: string
}

describe('web chat, end to end: a browser, npm start, and an agent at the API', function () {
  this.timeout(120_000)
  let installation: Installation
  let demo: Demo
  let browser: Browser
  let opened: Opened
  let page: Page

  before(async () => {
    installation = await Installation.create()
    ;[browser, demo] = await Promise.all([launchBrowser(), installation.start()])
    opened = await openPage(browser, demo.webchat.pageUrl, { viewport: { width: 1000, height: 720 } })
    page = opened.page
  })
  after(async () => {
    await browser?.close()
    await installation?.stop()
    await installation?.remove()
  })

  /** The agent's side: the public API and nothing else. */
  async function api<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${demo.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${demo.apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }

  async function conversationId(): Promise<string> {
    const { items } = await api<{ items: { id: string }[] }>('GET', '/api/conversations?channel=webchat')
    if (items[0] === undefined) throw new Error('there is no web-chat conversation')
    return items[0].id
  }

  const answer = async (text: string) => api('POST', `/api/conversations/${await conversationId()}/messages`, { text })

  /** In the order of the thread. */
  async function stored(): Promise<readonly Message[]> {
    const path = `/api/conversations/${await conversationId()}/messages?limit=100`
    const { items } = await api<{ items: (Message & { seq: number })[] }>('GET', path)
    return items.toSorted((a, b) => a.seq - b.seq)
  }

  async function write(text: string): Promise<void> {
    await page.getByRole('textbox').fill(text)
    await page.keyboard.press('Enter')
  }

  const settled = (text: string) => page.locator('.mine:not(.sending):not(.sent)').getByText(text, { exact: true })
  const theirs = (text: string) => page.locator('.theirs').getByText(text)

  /** Every message on the page, in its order; the greeting above it is no message. */
  const shown = () => page.locator('.message:not(.greeting) .words').allTextContents()

  async function same(): Promise<readonly string[]> {
    const texts = await shown()
    expect(texts).to.deep.equal((await stored()).filter(({ kind }) => kind === 'text').map(({ text }) => text))
    return texts
  }

  it('answers a first message by itself, live', async () => {
    await write('Hello! What are your opening hours?')
    await settled('Hello! What are your opening hours?').waitFor()
    await page.locator('.theirs:not(.greeting) .words').first().waitFor()
    expect((await stored()).map(({ direction }) => direction)).to.include.members(['in', 'out'])
    opened.watch.expectNothing()
  })

  it("shows an agent's answer without a reload, and tells the agent that it was read", async () => {
    await answer('Hi, this is Anna. What can I do for you?')
    await theirs('this is Anna').waitFor()
    await expectStatus('Hi, this is Anna. What can I do for you?', 'read')
    if (process.env.UPDATE_SCREENSHOTS) await page.screenshot({ path: SCREENSHOT })
    await same()
    opened.watch.expectNothing()
  })

  it('catches up after a kill -9 and a restart: no gap, nothing twice, and what was written meanwhile arrives', async () => {
    await installation.kill()
    await write('Are you still there?')
    await page.locator('.offline').waitFor()
    await write('I will wait.')
    await installation.start()
    await answer('Yes, we are back.')
    await theirs('we are back').waitFor()
    await settled('Are you still there?').waitFor()
    await settled('I will wait.').waitFor()
    await page.locator('.offline').waitFor({ state: 'detached' })
    const texts = await same()
    for (const text of ['Are you still there?', 'I will wait.', 'Yes, we are back.']) {
      expect(
        texts.filter((one) => one === text),
        text,
      ).to.have.length(1)
    }
    expect(texts.indexOf('Are you still there?')).to.be.below(texts.indexOf('I will wait.'))
    opened.watch.expectNothing({ away: true })
    opened.watch.faults.length = 0
  })

  it('misses nothing that was said while the page was away, over a second kill in the middle of it', async () => {
    await opened.context.setOffline(true)
    for (let i = 1; i <= 5; i++) await answer(`While you were away: ${i}`)
    await installation.kill()
    await installation.start()
    for (let i = 6; i <= 10; i++) await answer(`While you were away: ${i}`)
    await opened.context.setOffline(false)
    await theirs('While you were away: 10').waitFor()
    const texts = await same()
    const away = texts.filter((text) => text.startsWith('While you were away'))
    expect(away).to.deep.equal(Array.from({ length: 10 }, (_, i) => `While you were away: ${i + 1}`))
    opened.watch.faults.length = 0
  })

  it('is the same visitor after a reload', async () => {
    const before = await shown()
    await page.reload()
    await theirs('While you were away: 10').waitFor()
    expect(await shown()).to.deep.equal(before)
    await write('Me again')
    await settled('Me again').waitFor()
    await same()
    opened.watch.expectNothing()
  })

  it('takes a file, and shows it to both sides', async () => {
    const file = { name: 'receipt.png', mimeType: 'image/png', buffer: PNG }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.locator('.mine:not(.sending):not(.sent)').getByRole('img', { name: 'receipt.png' }).waitFor()
    const picture = (await stored()).at(-1)
    expect(picture).to.include({ direction: 'in', kind: 'image' })
    opened.watch.expectNothing()
  })

  it('is written to by parley simulate webchat, which prints the answer', async () => {
    const said = await installation.run('simulate', 'webchat', 'What are your prices?')
    expect(said).to.match(/→ What are your prices\?\n← .*free software/)
  })

  async function expectStatus(text: string, status: string): Promise<void> {
    const read = async () => (await stored()).find((message) => message.text === text)?.status
    for (let i = 0; i < 100 && (await read()) !== status; i++) await page.waitForTimeout(50)
    expect(await read()).to.equal(status)
  }
})
