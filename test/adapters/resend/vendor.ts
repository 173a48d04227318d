import type { Identity } from '@parley/core'
import type {
  AccountName,
  ChannelServer,
  StatusFact,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
  VendorTrouble,
  WebhookSide,
} from '@parley/core/testing/conformance'
import { ResendSimulator, rawMail } from '../../../adapters/resend/simulator/index.ts'

const KEYS: Readonly<Record<AccountName, string>> = {
  first: 're_first_key_of_the_conformance_run',
  second: 're_second_key_of_the_conformance_run',
}
const ADDRESSES: Readonly<Record<AccountName, string>> = {
  first: 'shop@bakery.example',
  second: 'shop@butcher.example',
}
const EVENTS = {
  sent: 'email.sent',
  delivered: 'email.delivered',
  read: 'email.opened',
  failed: 'email.bounced',
} as const

/** Resend as the conformance suite sees it: its webhooks, and the simulated API. */
export class ResendVendor implements VendorSide {
  readonly simulator: ResendSimulator
  readonly webhook: WebhookSide
  #server: ChannelServer | undefined

  constructor(now: () => number) {
    this.simulator = new ResendSimulator({
      now,
      // Webhooks come only when the suite plays them, so no account has a URL.
      accounts: [
        { apiKey: KEYS.first, domains: ['bakery.example'] },
        { apiKey: KEYS.second, domains: ['butcher.example'] },
      ],
    })
    this.webhook = {
      secrets: { signingSecret: this.simulator.state.signingSecret },
      signed: (body) => this.#call(body),
      unsigned: (call) => ({ ...call, headers: { 'content-type': 'application/json' } }),
      signedWith: (call, secret) => ({
        ...call,
        headers: this.simulator.signed(call.body, 'forged', Buffer.from(secret).toString('base64')),
      }),
    }
  }

  account(name: AccountName) {
    return { externalId: ADDRESSES[name], name, secrets: { apiKey: KEYS[name] } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#server = server
  }

  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return facts.map((fact) => (fact.fact === 'unknown' ? this.#unknown(fact) : this.#arrived(fact)))
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.flatMap(({ message, status }) => {
      const mail = this.simulator.state.received.all.find(({ headers }) => idIn(headers) === message.externalId)
      return mail === undefined ? [] : [this.#call(this.simulator.eventOf(mail, EVENTS[status]))]
    })
  }

  externalIdOf(fact: VendorFact): string {
    return `${fact.id}.${fact.account}@customers.example`
  }

  identityOf(_account: AccountName, customer: string): Identity {
    return { kind: 'email', scope: '', value: `${customer}@customers.example` }
  }

  mediaOf() {
    return { mimeType: 'image/jpeg' }
  }

  received(account: AccountName): readonly VendorMessage[] {
    return this.simulator.state.received.all
      .filter(({ apiKey }) => apiKey === KEYS[account])
      .map(({ headers, to, text, tags }) => ({
        externalId: idIn(headers),
        customer: to[0]?.split('@')[0] ?? '',
        text,
        correlationId: tags.parley_message,
      }))
  }

  openWindow(): void {
    // Mail has no window.
  }

  trouble(kind: VendorTrouble): void {
    const once = { path: '/emails', method: 'POST', times: 1 } as const
    const { faults } = this.simulator
    if (kind === 'throttle') faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') faults.add({ kind: 'fail', ...once })
    if (kind === 'final-refusal') faults.add({ kind: 'fail', status: 422, detail: 'Invalid `to` field.', ...once })
    if (kind === 'lost-answer') faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #call(body: Buffer, id?: string): VendorCall {
    const headers = this.simulator.signed(body, id)
    return { method: 'POST', path: this.#server?.hookPath ?? '', headers, body }
  }

  #unknown(fact: VendorFact): VendorCall {
    const data = { from: ADDRESSES[fact.account], id: fact.id }
    return this.#call(Buffer.from(JSON.stringify({ type: 'email.hologram', data })), this.externalIdOf(fact))
  }

  #arrived(fact: VendorFact): VendorCall {
    const id = this.externalIdOf(fact)
    const from = `${fact.customer}@customers.example`
    const to = ADDRESSES[fact.account]
    const text = 'text' in fact ? fact.text : ''
    const files = fact.fact === 'picture' ? [PICTURE] : []
    // The webhook shows the subject, which stands for the words here: it holds nothing else of the mail.
    const arrived = { id, from, to, subject: text, raw: rawMail({ from, to, messageId: id, text, files }) }
    this.simulator.state.arrived.set(id, arrived)
    return this.#call(this.simulator.arrivalOf(arrived), id)
  }
}

function idIn(headers: Readonly<Record<string, string>>): string {
  return (headers['Message-ID'] ?? '').replace(/^<|>$/g, '')
}

const PICTURE = { fileName: 'a.jpg', mimeType: 'image/jpeg', content: Buffer.from('a jpeg') }
