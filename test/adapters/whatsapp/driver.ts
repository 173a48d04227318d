import type {
  AccountName,
  ChannelDriver,
  ChannelServer,
  StatusFact,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
  VendorTrouble,
  WebhookSide,
} from '@parley/core/testing/conformance'
import { sign } from '../../../adapters/meta/signature.ts'
import { WhatsAppSimulator } from '../../../adapters/whatsapp/simulator/index.ts'
import { envelope } from './payloads.ts'

const APP_SECRET = 'app-secret-of-the-conformance-run'
const JSON_BODY = { 'content-type': 'application/json' }
const WABA = '440000000000001'

const NUMBERS: Readonly<Record<AccountName, { id: string; token: string; display: string }>> = {
  first: { id: '550000000000001', token: 'EAAfirstTokenOfTheConformanceRun01', display: '493411111111' },
  second: { id: '550000000000002', token: 'EAAsecondTokenOfTheConformanceRun2', display: '493412222222' },
}
const PHONES: Readonly<Record<string, string>> = { ada: '4915100000001', ben: '4915100000002' }

/** WhatsApp as the conformance suite sees it: Meta's webhooks, and the simulated Graph. */
class WhatsAppVendor implements VendorSide {
  readonly webhook: WebhookSide = {
    secrets: { appSecret: APP_SECRET, verifyToken: 'verify-token-of-the-run' },
    signed: (body) => this.#signed(body),
    unsigned: (call) => ({ ...call, headers: JSON_BODY }),
    signedWith: (call, secret) => ({
      ...call,
      headers: { ...JSON_BODY, 'x-hub-signature-256': sign(call.body, secret) },
    }),
  }
  readonly simulator: WhatsAppSimulator
  readonly #media = new Map<string, string>()
  readonly #now: () => number
  #path = ''

  constructor(now: () => number) {
    this.#now = now
    // Statuses come only when the suite plays them, so no account has a callback.
    this.simulator = new WhatsAppSimulator({ now })
    for (const { id, token, display } of Object.values(NUMBERS))
      this.simulator.addAccount({
        phoneNumberId: id,
        wabaId: WABA,
        accessToken: token,
        displayPhoneNumber: display,
        verifiedName: id,
      })
  }

  account(name: AccountName) {
    const { id, token } = NUMBERS[name]
    return {
      externalId: id,
      name,
      aliases: [`waba:${WABA}`],
      settings: { wabaId: WABA },
      secrets: { accessToken: token },
    }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#path = server.hookPath ?? ''
  }

  /** Neighbours of one account share a change; everything comes in one call. */
  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    const changes = facts.map((fact) => this.#change(fact))
    return [this.#signed(Buffer.from(JSON.stringify(envelope(...changes))))]
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.map(({ account, message, status }) => {
      const biz = message.correlationId === undefined ? {} : { biz_opaque_callback_data: message.correlationId }
      const fields = {
        id: message.externalId,
        status,
        timestamp: this.#seconds(),
        recipient_id: PHONES[message.customer],
        ...biz,
      }
      return this.#signed(Buffer.from(JSON.stringify(envelope(change(account, 'messages', { statuses: [fields] })))))
    })
  }

  externalIdOf(fact: VendorFact): string {
    return `wamid.${Buffer.from(`${fact.account}/${fact.id}`).toString('base64')}`
  }

  identityOf(_account: AccountName, customer: string) {
    return { kind: 'phone', scope: '', value: `+${PHONES[customer]}` }
  }

  mediaOf(fact: VendorFact) {
    return { mimeType: 'image/jpeg', ref: this.#mediaId(fact) }
  }

  received(account: AccountName): readonly VendorMessage[] {
    const names = new Map(Object.entries(PHONES).map(([name, phone]) => [phone, name]))
    return this.simulator.state.received.all
      .filter((message) => message.phoneNumberId === NUMBERS[account].id)
      .map(({ id, to, message, correlationId }) => ({
        externalId: id,
        customer: names.get(to) ?? to,
        text: String((message.text as { body?: string } | undefined)?.body ?? ''),
        correlationId,
      }))
  }

  openWindow(account: AccountName, customer: string): void {
    const day = 24 * 60 * 60 * 1000
    this.simulator.state.openWindow(NUMBERS[account].id, PHONES[customer] ?? '', this.#now() + day)
  }

  trouble(kind: VendorTrouble): void {
    const once = { path: '/messages', times: 1 } as const
    if (kind === 'throttle') this.simulator.faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') this.simulator.faults.add({ kind: 'fail', code: 131016, ...once })
    if (kind === 'final-refusal') this.simulator.faults.add({ kind: 'fail', code: 131026, ...once })
    if (kind === 'lost-answer') this.simulator.faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') this.simulator.faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') this.simulator.faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #signed(body: Buffer): VendorCall {
    const headers = { ...JSON_BODY, 'x-hub-signature-256': sign(body, APP_SECRET) }
    return { method: 'POST', path: this.#path, headers, body }
  }

  #seconds(): string {
    return String(Math.floor(this.#now() / 1000))
  }

  #mediaId(fact: VendorFact): string {
    if (fact.fact === 'picture' && fact.expired === true) return `9${fact.id.charCodeAt(0)}`
    const known = this.#media.get(fact.id)
    if (known !== undefined) return known
    const { id: phoneNumberId } = NUMBERS[fact.account]
    const media = { id: this.simulator.state.nextId('media'), content: Buffer.from('a jpeg'), mimeType: 'image/jpeg' }
    this.simulator.state.store({ ...media, storedAt: this.#now(), phoneNumberId })
    this.#media.set(fact.id, media.id)
    return media.id
  }

  #change(fact: VendorFact) {
    const phone = PHONES[fact.customer]
    const about = { id: this.externalIdOf(fact), timestamp: this.#seconds() }
    const contacts = [{ profile: { name: fact.customer }, wa_id: phone }]
    const from = { from: phone, ...about }
    if (fact.fact === 'echo') {
      const echo = { from: NUMBERS[fact.account].display, to: phone, ...about, type: 'text', text: { body: fact.text } }
      return change(fact.account, 'smb_message_echoes', { message_echoes: [echo] })
    }
    const message =
      fact.fact === 'text'
        ? { ...from, type: 'text', text: { body: fact.text } }
        : fact.fact === 'picture'
          ? { ...from, type: 'image', image: { id: this.#mediaId(fact), mime_type: 'image/jpeg' } }
          : { ...from, type: 'hologram', hologram: { depth: 3 } }
    return change(fact.account, 'messages', { contacts, messages: [message] })
  }
}

function change(account: AccountName, field: string, value: Record<string, unknown>) {
  const metadata = { display_phone_number: NUMBERS[account].display, phone_number_id: NUMBERS[account].id }
  return { field, value: { messaging_product: 'whatsapp', metadata, ...value } }
}

export const whatsappDriver: ChannelDriver = {
  name: 'WhatsApp',
  provider: 'whatsapp',
  root: new URL('../../../', import.meta.url).pathname,
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    {
      use: './adapters/whatsapp',
      settings: { graphBaseUrl: vendor instanceof WhatsAppVendor ? vendor.simulator.url : '' },
    },
  ],
  async start({ now }) {
    const vendor = new WhatsAppVendor(now)
    await vendor.simulator.listen()
    return vendor
  },
}
