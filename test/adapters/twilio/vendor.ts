import { createHash } from 'node:crypto'
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
import type { TwilioChannel } from '../../../adapters/twilio/product.ts'
import { sign } from '../../../adapters/twilio/receive/signature.ts'
import { TwilioSimulator } from '../../../adapters/twilio/simulator/index.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }
const ACCOUNT = { sid: `AC${'5'.repeat(32)}`, authToken: 'auth-token-of-the-conformance-run', friendlyName: 'Shop' }
const PHONES: Readonly<Record<string, string>> = { ada: '+4915100000001', ben: '+4915100000002' }
const NUMBERS: Readonly<Record<AccountName, string>> = { first: '+15005550001', second: '+15005550002' }

/** Where Twilio reaches us; on the way to the server under test a proxy takes it off again. */
export const PUBLIC_URL = 'https://parley.example'

/** SMS or WhatsApp at Twilio as the conformance suite sees it: one call a message, one call a status. */
export class TwilioVendor implements VendorSide {
  readonly webhook: WebhookSide = {
    secrets: { authToken: ACCOUNT.authToken },
    signed: (body) => this.#signed(this.#path, body),
    unsigned: (call) => ({ ...call, headers: FORM }),
    signedWith: (call, secret) => ({
      ...call,
      headers: { ...FORM, 'x-twilio-signature': sign(`${this.#baseUrl}${call.path}`, call.body, secret) },
    }),
  }
  readonly simulator: TwilioSimulator
  readonly #channel: TwilioChannel
  #baseUrl = ''
  #path = ''

  constructor(channel: TwilioChannel, now: () => number) {
    this.#channel = channel
    // Statuses come only when the suite plays them.
    this.simulator = new TwilioSimulator({ now, accounts: [ACCOUNT], statuses: [] })
    for (const name of ['first', 'second'] as const)
      this.simulator.addSender({ accountSid: ACCOUNT.sid, address: this.#sender(name), friendlyName: name })
  }

  account(name: AccountName) {
    const secrets = { authToken: ACCOUNT.authToken }
    return { externalId: this.#sender(name), name, settings: { accountSid: ACCOUNT.sid }, secrets }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#baseUrl = server.baseUrl
    this.#path = server.hookPath ?? ''
  }

  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return facts.map((fact) => this.#posted(this.#path, this.#message(fact)))
  }

  /** To the very address that was given with the send. */
  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.map(({ message, status }) => {
      const received = this.simulator.state.received.all.find(({ sid }) => sid === message.externalId)
      if (received?.statusCallback === undefined) throw new Error(`no callback for ${message.externalId}`)
      const { pathname, search } = new URL(received.statusCallback)
      const { sid, from, to } = received
      const MessageStatus = status === 'failed' ? 'undelivered' : status
      return this.#posted(pathname + search, {
        ...{ MessageSid: sid, SmsSid: sid, AccountSid: ACCOUNT.sid, From: from, To: to },
        ...{ MessageStatus, SmsStatus: MessageStatus },
        ...(status === 'failed' ? { ErrorCode: '30003' } : {}),
      })
    })
  }

  externalIdOf(fact: VendorFact): string {
    return `SM${createHash('sha256').update(`${fact.account}/${fact.id}`).digest('hex').slice(0, 32)}`
  }

  identityOf(_account: AccountName, customer: string): Identity {
    return { kind: 'phone', scope: '', value: PHONES[customer] ?? '' }
  }

  mediaOf(fact: VendorFact) {
    return { mimeType: 'image/jpeg', ref: `${this.simulator.url}${this.#file(fact)}` }
  }

  received(account: AccountName): readonly VendorMessage[] {
    const names = new Map(Object.entries(PHONES).map(([name, phone]) => [this.#address(phone), name]))
    return this.simulator.state.received.all
      .filter(({ from }) => from === this.#sender(account))
      .map(({ sid, to, body, statusCallback }) => ({
        externalId: sid,
        customer: names.get(to) ?? to,
        text: body,
        correlationId: new URL(statusCallback ?? PUBLIC_URL).searchParams.get('ref') ?? undefined,
      }))
  }

  openWindow(account: AccountName, customer: string): void {
    const until = Number.MAX_SAFE_INTEGER
    this.simulator.state.openWindow(this.#address(PHONES[customer] ?? ''), this.#sender(account), until)
  }

  trouble(kind: VendorTrouble): void {
    const once = { path: '/Messages.json', times: 1 } as const
    if (kind === 'throttle') this.simulator.faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') this.simulator.faults.add({ kind: 'fail', code: 20503, ...once })
    if (kind === 'final-refusal') this.simulator.faults.add({ kind: 'fail', code: 21610, ...once })
    if (kind === 'lost-answer') this.simulator.faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') this.simulator.faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') this.simulator.faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #posted(path: string, parameters: Readonly<Record<string, string>>): VendorCall {
    return this.#signed(path, Buffer.from(new URLSearchParams(parameters).toString()))
  }

  #signed(path: string, body: Buffer): VendorCall {
    const signature = sign(`${this.#baseUrl}${path}`, body, ACCOUNT.authToken)
    return { method: 'POST', path, headers: { ...FORM, 'x-twilio-signature': signature }, body }
  }

  #address(phone: string): string {
    return this.#channel === 'twilio-whatsapp' ? `whatsapp:${phone}` : phone
  }

  #sender(name: AccountName): string {
    return this.#address(NUMBERS[name])
  }

  #file(fact: VendorFact): string {
    const path = `/2010-04-01/Accounts/${ACCOUNT.sid}/Messages/${this.externalIdOf(fact)}/Media/ME${fact.id}`
    if (fact.fact === 'picture' && fact.expired !== true) {
      const content = Buffer.from('a jpeg')
      this.simulator.state.files.set(path, { content, mimeType: 'image/jpeg', accountSid: ACCOUNT.sid })
    }
    return path
  }

  #message(fact: VendorFact): Readonly<Record<string, string>> {
    const sid = this.externalIdOf(fact)
    const about = {
      ...{ MessageSid: sid, SmsSid: sid, SmsMessageSid: sid, AccountSid: ACCOUNT.sid, SmsStatus: 'received' },
      ...{ From: this.#address(PHONES[fact.customer] ?? ''), To: this.#sender(fact.account), ApiVersion: '2010-04-01' },
    }
    if (fact.fact === 'text') return { ...about, Body: fact.text, NumMedia: '0' }
    if (fact.fact !== 'picture') return { ...about, Body: '', NumMedia: '0', MessageType: 'hologram' }
    const { ref, mimeType } = this.mediaOf(fact)
    return { ...about, Body: '', NumMedia: '1', MediaUrl0: ref, MediaContentType0: mimeType }
  }
}
