import type {
  AccountName,
  ChannelDriver,
  ChannelServer,
  StatusFact,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
} from '@parley/core/testing/conformance'
import { v5 } from 'uuid'
import type { VisitorView } from '../../../adapters/webchat/visitor-view.ts'
import { PNG } from './client.ts'

/** Namespace for message ids made of the suite's names. */
const FACTS = '5b0c6d38-7a3f-4d0e-9c53-0b1f8a3b7c11'
const CUSTOMERS = ['ada', 'ben']
const ACCOUNTS: readonly AccountName[] = ['first', 'second']

/** A customer's page: its session, and what it has read so far. */
interface Page {
  readonly token: string
  readonly participantId: string
  readonly messages: Map<string, VisitorView>
  cursor: number
  reading: boolean
}

/** The web chat as the conformance suite sees it: there is no vendor, the customers' pages call us themselves. */
class Pages implements VendorSide {
  readonly #pages = new Map<string, Page>()
  #server: ChannelServer | undefined

  account(name: AccountName) {
    return { externalId: `webchat-${name}`, name, secrets: { identitySecret: `identity-secret-of-the-${name}-one` } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#server = server
    for (const account of ACCOUNTS) for (const customer of CUSTOMERS) await this.#arrive(server, account, customer)
  }

  /** One call a message: a page has nothing to batch. */
  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    const calls: VendorCall[] = []
    for (const fact of facts) {
      const id = this.externalIdOf(fact)
      const page = this.#page(fact)
      const body = fact.fact === 'text' ? { id, text: fact.text } : { id, file: await this.#upload(page) }
      calls.push(post('/api/webchat/messages', page, body))
    }
    return calls
  }

  /** A page tells what arrived and what was seen; it has no word for the rest. */
  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.flatMap(({ account, message, status }) => {
      if (status !== 'delivered' && status !== 'read') return []
      const page = this.#page({ account, customer: message.customer })
      return [post('/api/webchat/receipts', page, { status, after: 0, messages: [message.externalId] })]
    })
  }

  externalIdOf(fact: VendorFact): string {
    return v5(`${fact.account}/${fact.id}`, FACTS)
  }

  identityOf(account: AccountName, customer: string) {
    const scope = this.#server?.connections[account].id ?? ''
    return { kind: 'visitor', scope, value: this.#page({ account, customer }).participantId }
  }

  mediaOf() {
    return { mimeType: 'image/png' }
  }

  /** What the pages have read by now; asks them to read on. */
  received(account: AccountName): readonly VendorMessage[] {
    return CUSTOMERS.flatMap((customer) => {
      const page = this.#page({ account, customer })
      void this.#read(page)
      return [...page.messages.values()]
        .filter(({ from }) => from === 'us')
        .map(({ id, text }) => ({ externalId: id, customer, text, correlationId: id }))
    })
  }

  openWindow(): void {}

  /** Nothing between us and the page can fail on the way to it: it comes and reads. */
  trouble(): void {}

  async close(): Promise<void> {
    for (const page of this.#pages.values()) page.reading = true
  }

  async #arrive(server: ChannelServer, account: AccountName, customer: string): Promise<void> {
    const { id } = server.connections[account]
    const session = await this.#json<{ token: string; participantId: string }>(`/api/webchat/${id}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    this.#pages.set(`${account}/${customer}`, { ...session, messages: new Map(), cursor: 0, reading: false })
  }

  async #upload(page: Page): Promise<string> {
    const body = new FormData()
    body.append('file', new Blob([new Uint8Array(PNG)]), 'picture.png')
    const headers = { authorization: `visitor ${page.token}` }
    const { file } = await this.#json<{ file: string }>('/api/webchat/files', { method: 'POST', headers, body })
    return file
  }

  async #read(page: Page): Promise<void> {
    if (page.reading) return
    page.reading = true
    const headers = { authorization: `visitor ${page.token}` }
    for (let more = true; more; ) {
      const read = await this.#json<{ messages: readonly VisitorView[]; cursor: number; more: boolean }>(
        `/api/webchat/messages?after=${page.cursor}`,
        { headers },
      )
      for (const message of read.messages) page.messages.set(message.id, message)
      page.cursor = read.cursor
      more = read.more
    }
    page.reading = false
  }

  async #json<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${this.#server?.baseUrl}${path}`, init)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }

  #page({ account, customer }: { account: AccountName; customer: string }): Page {
    const page = this.#pages.get(`${account}/${customer}`)
    if (page === undefined) throw new Error(`${customer} has no page of the ${account} account`)
    return page
  }
}

function post(path: string, page: Page, body: object): VendorCall {
  const headers = { 'content-type': 'application/json', authorization: `visitor ${page.token}` }
  return { method: 'POST', path, headers, body: Buffer.from(JSON.stringify(body)) }
}

const NO_WEBHOOK =
  "the page calls routes of its own with its visitor's token; test/adapters/webchat forges and breaks those"
const NO_VENDOR = 'there is no vendor whose API could answer so: a message waits in the inbox until its page reads it'

export const webchatDriver: ChannelDriver = {
  name: 'Web chat',
  provider: 'webchat',
  root: new URL('../../../', import.meta.url).pathname,
  plugins: () => [
    { use: './adapters/local-files' },
    { use: './adapters/webchat', settings: { limits: GENEROUS } },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
  ],
  notApplicable: {
    echo: 'the business has no other app to write from',
    unknownKind: 'the page is ours and has no kind that we do not know; anything else is refused',
    unsigned: NO_WEBHOOK,
    tampered: NO_WEBHOOK,
    emptySecret: NO_WEBHOOK,
    brokenBody: NO_WEBHOOK,
    sends: 'words reach the page through the inbox, which is seen in a conversation',
    finalRefusal: NO_VENDOR,
    throttled: NO_VENDOR,
    passingFault: NO_VENDOR,
    lostAnswer: NO_VENDOR,
    abort: NO_VENDOR,
    wrongCredential: 'a connection has no credential',
    showsFailure: NO_VENDOR,
    settlesUnknown: NO_VENDOR,
    picture: 'a file is in our object store before its message is',
    expiredMedia: 'a file is in our object store before its message is',
  },
  start: async () => new Pages(),
}

const PLENTY = { burst: 100_000, perMinute: 100_000 }
const GENEROUS = { sessions: PLENTY, messages: PLENTY, reads: PLENTY, files: PLENTY }
