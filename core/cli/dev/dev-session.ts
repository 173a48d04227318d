import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../../plugin/new-id.ts'
import { connectAccounts } from '../../testing/conformance/connect-accounts.ts'
import type {
  ChannelDriver,
  ChannelServer,
  VendorCall,
  VendorFact,
  VendorSide,
} from '../../testing/conformance/driver.ts'
import { startTestKernel, type TestKernel } from '../../testing/start-test-kernel.ts'
import type { DrivenPackage } from '../load-driver.ts'
import { devLogger } from './dev-logger.ts'

const ACCOUNT = 'first'
const CUSTOMER = 'ada'
/** Real time that an answer may take until the vendor has it. */
const ARRIVAL_MS = 15_000

/** A channel under development: a kernel with it and an inbox, its vendor simulated, a customer and an agent at the keyboard. */
export class DevSession {
  readonly #driver: ChannelDriver
  readonly #vendor: VendorSide
  readonly #test: TestKernel
  readonly #server: ChannelServer
  readonly #apiKey: string
  readonly #print: (line: string) => void
  #shown = 0

  private constructor(parts: {
    driver: ChannelDriver
    vendor: VendorSide
    test: TestKernel
    server: ChannelServer
    apiKey: string
    print: (line: string) => void
  }) {
    this.#driver = parts.driver
    this.#vendor = parts.vendor
    this.#test = parts.test
    this.#server = parts.server
    this.#apiKey = parts.apiKey
    this.#print = parts.print
  }

  static async open({ driver, folder }: DrivenPackage, print: (line: string) => void): Promise<DevSession> {
    const vendor = await driver.start({ now: Date.now })
    const log = devLogger(print, folder)
    const test = await startTestKernel({ plugins: driver.plugins(vendor), root: driver.root, listen: true, log })
    const { server, keys } = await connectAccounts(driver, vendor, test)
    await vendor.connected(server)
    return new DevSession({ driver, vendor, test, server, apiKey: keys[ACCOUNT], print })
  }

  /** Why plugins do not run; empty when they all do. */
  get faults(): readonly string[] {
    return this.#test.kernel.report.failures.map(({ plugin, state, reason }) => `${plugin} is ${state}: ${reason}`)
  }

  /** Where everything is, and what can be done now. */
  get greeting(): readonly string[] {
    const { baseUrl, hookPath } = this.#server
    return [
      `${this.#driver.name} runs at ${baseUrl}, against its simulator.`,
      ...(hookPath === undefined ? [] : [`  webhooks   ${baseUrl}${hookPath}`]),
      `  API key    ${this.#apiKey}   (GET ${baseUrl}/api/conversations, ${baseUrl}/api/openapi.json)`,
      'Type what a customer says. "/answer <words>" answers as an agent, "/picture" sends a file, Ctrl-D ends.',
    ]
  }

  /** One line of the keyboard. What goes wrong is printed; the session goes on. */
  async heed(line: string): Promise<void> {
    const words = line.trim()
    if (words === '') return
    try {
      if (words.startsWith('/answer ')) await this.#answer(words.slice('/answer '.length))
      else if (words === '/picture')
        await this.#tell({ fact: 'picture', account: ACCOUNT, customer: CUSTOMER, id: newId() })
      else if (words.startsWith('/'))
        this.#print(`There is no ${words.split(' ')[0]}; there are /answer <words> and /picture.`)
      else await this.#tell({ fact: 'text', account: ACCOUNT, customer: CUSTOMER, id: newId(), text: words })
    } catch (error) {
      this.#print(`ERROR: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async close(): Promise<void> {
    await this.#test.stop()
    await this.#vendor.close()
  }

  async #tell(fact: VendorFact): Promise<void> {
    this.#vendor.openWindow(fact.account, fact.customer)
    for (const call of await this.#vendor.calls([fact])) {
      const { status, body } = await this.#play(call)
      if (status >= 300) throw new Error(`the webhook was answered ${status}: ${body}`)
    }
    await this.#test.drain()
    this.#print(`${CUSTOMER} → ${fact.fact === 'text' ? fact.text : `[${fact.fact}]`}`)
  }

  async #answer(text: string): Promise<void> {
    const { items } = await this.#api<{ items: readonly { id: string }[] }>('GET', '/api/conversations')
    const [latest] = items
    if (latest === undefined) throw new Error('nobody has written yet; type what a customer says first')
    await this.#api('POST', `/api/conversations/${latest.id}/messages`, { text })
    await this.#arrivals()
  }

  /** Prints what customers got since the last look. */
  async #arrivals(): Promise<void> {
    const until = performance.now() + ARRIVAL_MS
    while (this.#vendor.received(ACCOUNT).length === this.#shown && performance.now() < until) {
      await this.#test.drain()
      await sleep(50)
    }
    const all = this.#vendor.received(ACCOUNT)
    if (all.length === this.#shown)
      throw new Error('the answer did not reach the vendor; what the inbox says of it is at /api/conversations')
    for (const { customer, text } of all.slice(this.#shown)) this.#print(`${customer} ← ${text}`)
    this.#shown = all.length
  }

  async #api<T>(method: 'GET' | 'POST', path: string, payload?: object): Promise<T> {
    const headers = { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json' }
    const { status, body } = await this.#play({
      method,
      path,
      headers,
      body: Buffer.from(JSON.stringify(payload ?? {})),
    })
    if (status >= 300) throw new Error(`${method} ${path} was answered ${status}: ${body}`)
    return JSON.parse(body)
  }

  async #play({ method, path, headers, body }: VendorCall) {
    const payload = method === 'GET' ? {} : { body: new Uint8Array(body) }
    const answer = await fetch(`${this.#server.baseUrl}${path}`, { method, headers, ...payload })
    return { status: answer.status, body: await answer.text() }
  }
}
