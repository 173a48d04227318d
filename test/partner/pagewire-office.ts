import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { PagewireSimulator } from '../fixtures/partner-channel/dist/simulator.js'
import { firstParty, PACKAGE_NAME } from './install.ts'

export const LINE = { line: 'PW-7001', name: 'Front desk', apiKey: 'pw-key-of-the-front-desk' }
export const OTHER_LINE = { line: 'PW-7002', name: 'Night desk', apiKey: 'pw-key-of-the-night-desk' }
const SIGNING_SECRET = 'pagewire-signing-secret'

export interface ShownMessage {
  readonly id: string
  readonly kind: string
  readonly text: string
  readonly status: string
  readonly direction: string
  readonly externalId: string | null
  readonly error: { readonly code: string } | null
  readonly attachments: readonly { readonly state: string; readonly url?: string }[]
}

type Json = Readonly<Record<string, unknown>>

/** An office with a line at Pagewire, set up over the public API as its admin would. */
export class PagewireOffice {
  readonly simulator: PagewireSimulator
  readonly kernel: TestKernel
  #hookUrl = ''

  private constructor(simulator: PagewireSimulator, kernel: TestKernel) {
    this.simulator = simulator
    this.kernel = kernel
  }

  /** @param root folder that the package is installed in */
  static async open(root: string): Promise<PagewireOffice> {
    const simulator = new PagewireSimulator({ lines: [LINE, OTHER_LINE], signingSecret: SIGNING_SECRET })
    const settings = { baseUrl: await simulator.listen() }
    const kernel = await startTestKernel({
      root,
      plugins: [...firstParty(root), { use: PACKAGE_NAME, settings }],
      listen: true,
    })
    const office = new PagewireOffice(simulator, kernel)
    await office.#connect()
    return office
  }

  async close(): Promise<void> {
    await this.kernel.stop()
    await this.simulator.close()
  }

  /** Posts these events as Pagewire does; the answer's status. */
  async webhook(...events: readonly Json[]): Promise<number> {
    const status = await this.post(this.simulator.webhook(events.map((event) => ({ line: LINE.line, ...event }))))
    await this.kernel.drain()
    return status
  }

  post(signed: { body: Buffer; headers: Record<string, string> }): Promise<number> {
    return this.simulator.webhooks.postNow({ url: this.#hookUrl, ...signed })
  }

  /** A pager writes for the first time; the id of its conversation. */
  async opened(pager: string, text: string): Promise<string> {
    const message = { id: `msg_${pager}`, from: pager, name: 'Ada', text }
    const status = await this.webhook({ type: 'message.received', message })
    if (status !== 200) throw new Error(`the webhook answered ${status}`)
    return this.conversationOf(text)
  }

  /** The conversation that ends with these words. */
  async conversationOf(text: string): Promise<string> {
    const { items } = await this.call<{ items: readonly { id: string; lastMessage: { preview: string } }[] }>(
      'GET',
      '/api/conversations',
    )
    const found = items.find(({ lastMessage }) => lastMessage.preview === text)
    if (found === undefined) throw new Error(`no conversation ends with "${text}": ${JSON.stringify(items)}`)
    return found.id
  }

  async messages(conversationId: string): Promise<readonly ShownMessage[]> {
    const path = `/api/conversations/${conversationId}/messages`
    return (await this.call<{ items: readonly ShownMessage[] }>('GET', path)).items
  }

  /** Answers as an agent, and waits until it has been sent. */
  async answer(conversationId: string, content: Json): Promise<void> {
    await this.call('POST', `/api/conversations/${conversationId}/messages`, content)
    await this.kernel.drain()
  }

  async call<T = unknown>(method: string, url: string, payload?: unknown): Promise<T> {
    const answer = await this.kernel.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
    if (answer.status >= 300) throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`)
    return answer.body as T
  }

  async #connect(): Promise<void> {
    const secrets = { signingSecret: SIGNING_SECRET }
    const endpoint = await this.call<{ id: string; url: string }>('POST', '/api/endpoints', {
      adapter: PACKAGE_NAME,
      secrets,
    })
    this.#hookUrl = `${this.kernel.baseUrl}${new URL(endpoint.url).pathname}`
    await this.call('POST', '/api/connections', {
      provider: PACKAGE_NAME,
      externalId: LINE.line,
      name: LINE.name,
      endpointId: endpoint.id,
      secrets: { apiKey: LINE.apiKey },
    })
  }
}
