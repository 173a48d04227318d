import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { tokenHash } from '../../../adapters/sendgrid/signature.ts'
import { SendGridSimulator } from '../../../adapters/sendgrid/simulator/index.ts'

export const SHOP = 'shop@bakery.example'
export const ADA = 'ada@customers.example'
const API_KEY = 'SG.key-of-the-shop'
const TOKEN = 'inbound-token-of-the-shop'

export interface ShownMessage {
  readonly id: string
  readonly direction: string
  readonly status: string
  readonly externalId: string | null
  readonly text: string
  readonly error: { readonly reason: string; readonly code?: string } | null
  readonly content: Readonly<Record<string, unknown>>
  readonly attachments: readonly {
    readonly state: string
    readonly fileName?: string
    readonly contentId?: string
    readonly bytes?: number
    readonly url?: string
  }[]
}

/** A shop with its mail at SendGrid: a whole kernel, and the simulated vendor that posts to it. */
export class Shop {
  readonly test: TestKernel
  readonly simulator: SendGridSimulator
  readonly apiKey = API_KEY
  readonly connectionId: string
  readonly #folder: string

  private constructor(parts: { test: TestKernel; simulator: SendGridSimulator; connectionId: string; folder: string }) {
    this.test = parts.test
    this.simulator = parts.simulator
    this.connectionId = parts.connectionId
    this.#folder = parts.folder
  }

  static async open(): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-sendgrid-'))
    const simulator = new SendGridSimulator()
    const apiBaseUrl = await simulator.listen()
    const test = await startTestKernel({
      plugins: [
        { use: './adapters/local-files', settings: { folder } },
        './plugins/contacts',
        { use: './plugins/inbox', settings: { burstMs: 0, retryBaseMs: 20 } },
        { use: './adapters/sendgrid', settings: { apiBaseUrl, egress: { allow: ['127.0.0.0/8'] } } },
      ],
      listen: true,
    })
    const { connections, database } = test.kernel
    const secrets = { verificationKey: simulator.state.verificationKey }
    const endpoint = await connections.createEndpoint({ adapter: 'sendgrid', tenantId: null, secrets })
    const { id } = await database.transaction(test.tenantId, (uow) =>
      connections.create(uow, {
        provider: 'sendgrid',
        externalId: SHOP,
        name: 'The bakery',
        endpointId: endpoint.id,
        settings: { inboundTokenSha256: tokenHash(TOKEN) },
        secrets: { apiKey: API_KEY },
      }),
    )
    simulator.addAccount({
      apiKey: API_KEY,
      domains: ['bakery.example'],
      eventUrl: `${test.baseUrl}/hooks/sendgrid/${endpoint.id}`,
      inboundUrl: `${test.baseUrl}/api/sendgrid/inbound/${id}/${TOKEN}`,
    })
    return new Shop({ test, simulator, connectionId: id, folder })
  }

  get inboundUrl(): string {
    return this.simulator.state.accounts.get(API_KEY)?.inboundUrl ?? ''
  }

  /** Posts a form as Inbound Parse does; the status that it was answered with. */
  async post(form: { body: Buffer; contentType: string }, url = this.inboundUrl): Promise<number> {
    const headers = { 'content-type': form.contentType }
    const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(form.body) })
    await answer.arrayBuffer()
    return answer.status
  }

  /** Until SendGrid's webhooks have arrived, and all that follows is done. */
  async settle(): Promise<void> {
    await this.test.drain(30_000)
    await this.simulator.webhooks.idle()
    await this.test.drain(30_000)
  }

  async get<T>(url: string): Promise<T> {
    return (await this.test.inject({ method: 'GET', url })).body as T
  }

  async newest(): Promise<string> {
    const { items } = await this.get<{ items: { id: string }[] }>('/api/conversations')
    return items[0]?.id ?? ''
  }

  async messages(): Promise<readonly ShownMessage[]> {
    const url = `/api/conversations/${await this.newest()}/messages`
    const { items } = await this.get<{ items: (ShownMessage & { seq: number })[] }>(url)
    return items.toSorted((one, other) => one.seq - other.seq)
  }

  async answer(payload: object) {
    return this.test.inject({ method: 'POST', url: `/api/conversations/${await this.newest()}/messages`, payload })
  }

  /** Files that lie in the store. */
  async files(): Promise<readonly string[]> {
    const names = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    return names.filter((one) => one.isFile()).map((one) => one.name)
  }

  /** Nothing can be written any more. */
  async breakStore(): Promise<void> {
    await rename(this.#folder, `${this.#folder}-away`)
    await writeFile(this.#folder, 'no folder')
  }

  async mendStore(): Promise<void> {
    await rm(this.#folder)
    await rename(`${this.#folder}-away`, this.#folder)
  }

  async close(): Promise<void> {
    await this.test.stop()
    await this.simulator.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
