import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Runs in every page before anything else. Text, because it speaks the browser's types. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
  reportViolation(violatedDirective + ' blocked ' + blockedURI + ' in ' + sourceFile))`

/** What a browser says when a server is away; expected exactly while a test has it away. */
const NETWORK = /net::ERR_|WebSocket connection to/

/** Collects everything that must not happen in a page: errors, errors in the console, and violations of a policy. */
export class Watch {
  readonly faults: string[] = []

  /** Sees every page of the context, and its frames, from now on. */
  static async over(context: BrowserContext): Promise<Watch> {
    const watch = new Watch()
    await context.exposeFunction('reportViolation', (what: string) => watch.faults.push(`policy: ${what}`))
    await context.addInitScript({ content: REPORT_VIOLATIONS })
    context.on('weberror', (error) => watch.faults.push(`error: ${error.error()}`))
    context.on('console', (message) => {
      if (message.type() === 'error') watch.faults.push(`console: ${message.text()}`)
    })
    return watch
  }

  /** Nothing happened that must not; `away`: the server was gone for a while, and the browser said so. */
  expectNothing({ away = false } = {}): void {
    expect(this.faults.filter((fault) => !(away && NETWORK.test(fault)))).to.deep.equal([])
  }
}

export interface Opened {
  readonly context: BrowserContext
  readonly page: Page
  readonly watch: Watch
}

/** A browser of its own, always the same size, language and zone, with nothing moving. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    ...options,
  })
  const watch = await Watch.over(context)
  const page = await context.newPage()
  await page.goto(url)
  return { context, page, watch }
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

/** Fails on any violation that axe finds, naming rule and element. */
export async function expectAccessible(where: Page | Frame, what: string): Promise<void> {
  await where.evaluate(AXE)
  const violations: readonly Violation[] = await where.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations)`,
  )
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`),
  )
  expect(found, what).to.deep.equal([])
}
