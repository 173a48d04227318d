import { fileURLToPath } from 'node:url'
import { type NewEvent, ParleyError } from '@parley/core'
import { startTestKernel, type TestAnswer, type TestKernel } from '@parley/core/testing'
import { v7 as uuidv7 } from 'uuid'
import { ChannelEvents } from './channel-events.ts'
import { Vendor, vendors } from './test-channel/vendor.ts'

type Body = Readonly<Record<string, unknown>>

export interface ApiMessage {
  readonly id: string
  readonly conversationId: string
  readonly seq: number
  readonly direction: string
  readonly kind: string
  readonly text: string
  readonly status: string
  readonly externalId: string | null
  readonly private: boolean
  readonly error: { readonly reason: string; readonly code?: string } | null
  readonly author: { readonly kind: string; readonly name?: string } | null
  readonly attachments: readonly { readonly id: string; readonly state: string; readonly url?: string }[]
  readonly replyTo: string | null
}

export interface ApiConversation {
  readonly id: string
  readonly threadId: string
  readonly status: string
  readonly holder: string
  readonly fence: number
  readonly unreadCount: number
  readonly contact: { readonly id: string; readonly name: string }
  readonly labels: readonly string[]
  readonly assigneeId: string | null
  readonly lastMessage: { readonly preview: string } | null
  readonly sendability: {
    readonly open: boolean
    readonly allowed: readonly string[]
    readonly reasons: readonly string[]
  }
}

/** A running kernel with contacts, the inbox and the channel in memory. */
export class InboxKernel {
  readonly test: TestKernel
  readonly vendor: Vendor
  readonly connectionId: string
  readonly on: ChannelEvents

  private constructor(test: TestKernel, vendor: Vendor, connectionId: string) {
    this.test = test
    this.vendor = vendor
    this.connectionId = connectionId
    this.on = new ChannelEvents(connectionId)
  }

  static async start(settings: object = {}, options: Partial<Parameters<typeof startTestKernel>[0]> = {}) {
    const name = uuidv7()
    const vendor = new Vendor()
    vendors.set(name, vendor)
    const channel = fileURLToPath(new URL('./test-channel/', import.meta.url))
    const test = await startTestKernel({
      plugins: [
        './plugins/contacts',
        { use: './plugins/inbox', settings: { burstMs: 0, retryBaseMs: 20, throttleMs: 20, ...settings } },
        { use: channel, settings: { vendor: name } },
        ...(options.plugins ?? []),
      ],
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.listen === undefined ? {} : { listen: options.listen }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    })
    const { connections, database } = test.kernel
    const account = { provider: 'test', externalId: `account-${name}`, name: 'Test account' }
    const { id } = await database.transaction(test.tenantId, (uow) => connections.create(uow, account))
    const inbox = new InboxKernel(test, vendor, id)
    await inbox.#atWork()
    return inbox
  }

  /** A drained log tells nothing while a group has not begun to read. */
  async #atWork(): Promise<void> {
    const wanted = this.test.kernel.engine.groups
    await this.until(async () => {
      const groups = (await this.test.kernel.engine.lag()).map((lag) => lag.group)
      return wanted.every((group) => groups.includes(group))
    }, 'the readers to begin')
  }

  /** Stores the events as a channel's intake does; nothing is handled yet. */
  async ingest(...events: NewEvent[]): Promise<void> {
    await this.test.kernel.engine.ingest({
      items: events.map((event) => ({
        tenantId: this.test.tenantId,
        source: '/adapters/test-channel',
        event,
        dedupeScope: this.connectionId,
        dedupeKey: uuidv7(),
      })),
    })
  }

  /** Ingests, and waits until nothing is left to do. */
  async receive(...events: NewEvent[]): Promise<void> {
    await this.ingest(...events)
    await this.test.drain()
  }

  /** Waits for something that no drained log can tell. */
  async until<T>(look: () => Promise<T | undefined | false> | T | undefined | false, what: string): Promise<T> {
    const end = Date.now() + 10_000
    while (Date.now() < end) {
      const found = await look()
      if (found !== undefined && found !== false) return found
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new ParleyError('test.timeout', `Waited in vain for ${what}.`)
  }

  async settings(autoReplies: object, others: object = {}): Promise<void> {
    await this.test.kernel.settingsFor('inbox').update(this.test.tenantId, { autoReplies, ...others })
  }

  call(method: string, url: string, payload?: object, headers?: Record<string, string>): Promise<TestAnswer> {
    return this.test.inject({ method, url, ...(payload && { payload }), ...(headers && { headers }) })
  }

  async get<T = Body>(url: string): Promise<T> {
    const answer = await this.call('GET', url)
    if (answer.status !== 200) throw new ParleyError('test.answer', `GET ${url}: ${answer.status} ${answer.text}`)
    return answer.body as T
  }

  async conversations(query = ''): Promise<ApiConversation[]> {
    return (await this.get<{ items: ApiConversation[] }>(`/api/conversations${query}`)).items
  }

  /** The conversation that was opened last. */
  async newest(): Promise<string> {
    const [row] = await this.rows<{ id: string }>('select id from inbox.conversation order by id desc limit 1')
    return row?.id ?? ''
  }

  async conversation(): Promise<ApiConversation> {
    return this.get(`/api/conversations/${await this.newest()}`)
  }

  async messages(conversationId?: string): Promise<ApiMessage[]> {
    const id = conversationId ?? (await this.newest())
    return (await this.get<{ items: ApiMessage[] }>(`/api/conversations/${id}/messages?limit=200`)).items
  }

  /** `in hello`, `out Hi! (sent)` in order. */
  async transcript(): Promise<string[]> {
    return (await this.messages()).map(({ direction, text, kind, status }) =>
      direction === 'in' ? `in ${text || kind}` : `out ${text || kind} (${status})`,
    )
  }

  async send(payload: object, headers?: Record<string, string>): Promise<TestAnswer> {
    return this.call('POST', `/api/conversations/${await this.newest()}/messages`, payload, headers)
  }

  rows<T = Record<string, unknown>>(sql: string): Promise<T[]> {
    const { database } = this.test.kernel
    return database.transaction(this.test.tenantId, async (uow) => (await uow.trx.raw<{ rows: T[] }>(sql, [])).rows)
  }

  stop(): Promise<void> {
    return this.test.stop()
  }
}
