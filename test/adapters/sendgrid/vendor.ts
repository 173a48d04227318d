import { generateKeyPairSync } from 'node:crypto'
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
import { readOwnId } from '../../../adapters/mail/own-id.ts'
import { tokenHash } from '../../../adapters/sendgrid/signature.ts'
import { inboundForm, SendGridSimulator, signedHeaders } from '../../../adapters/sendgrid/simulator/index.ts'

const KEYS: Readonly<Record<AccountName, string>> = {
  first: 'SG.first-key-of-the-conformance-run-0001',
  second: 'SG.second-key-of-the-conformance-run-002',
}
const TOKENS: Readonly<Record<AccountName, string>> = { first: 'inbound-token-first', second: 'inbound-token-second' }
const ADDRESSES: Readonly<Record<AccountName, string>> = {
  first: 'shop@bakery.example',
  second: 'shop@butcher.example',
}
const EVENTS = { sent: 'processed', delivered: 'delivered', read: 'open', failed: 'bounce' } as const

/** SendGrid as the conformance suite sees it: Inbound Parse, the Event Webhook, and the simulated Web API. */
export class SendGridVendor implements VendorSide {
  readonly simulator: SendGridSimulator
  readonly webhook: WebhookSide
  readonly #now: () => number
  #server: ChannelServer | undefined

  constructor(now: () => number) {
    this.#now = now
    this.simulator = new SendGridSimulator({
      now,
      // Events come only when the suite plays them, so no account has a URL.
      accounts: [
        { apiKey: KEYS.first, domains: ['bakery.example'] },
        { apiKey: KEYS.second, domains: [], senders: ['shop@butcher.example'] },
      ],
    })
    const foreign = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    this.webhook = {
      secrets: { verificationKey: this.simulator.state.verificationKey },
      signed: (body) => this.#event(body),
      unsigned: (call) => ({ ...call, headers: { 'content-type': call.headers['content-type'] ?? '' } }),
      signedWith: (call) => ({
        ...call,
        headers: { ...call.headers, ...signedHeaders(call.body, foreign, this.#now()) },
      }),
    }
  }

  account(name: AccountName) {
    const settings = { inboundTokenSha256: tokenHash(TOKENS[name]), inboundKey: this.simulator.state.verificationKey }
    return { externalId: ADDRESSES[name], name, settings, secrets: { apiKey: KEYS[name] } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#server = server
  }

  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return facts.map((fact) => (fact.fact === 'unknown' ? this.#unknown(fact) : this.#mail(fact)))
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.flatMap(({ message, status }) => {
      const mail = this.simulator.state.received.all.find(
        ({ customArgs }) => customArgs.parley_message === message.externalId,
      )
      if (mail === undefined) return []
      return [this.#event(Buffer.from(JSON.stringify([this.simulator.eventOf(mail, EVENTS[status])])))]
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
      .map(({ customArgs, to, text }) => {
        const externalId = customArgs.parley_message ?? ''
        const customer = to.split('@')[0] ?? ''
        return { externalId, customer, text, correlationId: readOwnId(externalId)?.correlationId }
      })
  }

  openWindow(): void {
    // Mail has no window.
  }

  trouble(kind: VendorTrouble): void {
    const once = { path: '/mail/send', times: 1 } as const
    const { faults } = this.simulator
    if (kind === 'throttle') faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') faults.add({ kind: 'fail', status: 500, ...once })
    if (kind === 'final-refusal') faults.add({ kind: 'fail', status: 400, code: 'personalizations.0.to', ...once })
    if (kind === 'lost-answer') faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #event(body: Buffer): VendorCall {
    const headers = { 'content-type': 'application/json', ...this.simulator.signed(body) }
    return { method: 'POST', path: this.#server?.hookPath ?? '', headers, body }
  }

  #unknown(fact: VendorFact): VendorCall {
    const element = { event: 'hologram', sg_event_id: this.externalIdOf(fact), parley_account: ADDRESSES[fact.account] }
    return this.#event(Buffer.from(JSON.stringify([element])))
  }

  #mail(fact: VendorFact): VendorCall {
    const { body, contentType } = inboundForm({
      from: `${fact.customer}@customers.example`,
      to: ADDRESSES[fact.account],
      messageId: this.externalIdOf(fact),
      ...('text' in fact ? { text: fact.text } : {}),
      ...(fact.fact === 'picture' ? { files: [PICTURE] } : {}),
    })
    const path = `/api/sendgrid/inbound/${this.#server?.connections[fact.account].id}/${TOKENS[fact.account]}`
    return { method: 'POST', path, headers: { 'content-type': contentType, ...this.simulator.signed(body) }, body }
  }
}

const PICTURE = { fileName: 'a.jpg', mimeType: 'image/jpeg', content: Buffer.from('a jpeg') }
