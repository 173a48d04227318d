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
import { mediaRef } from '../../../adapters/meta/platform/media-ref.ts'
import type { PlatformProduct } from '../../../adapters/meta/platform/product.ts'
import { PlatformSimulator } from '../../../adapters/meta/platform/simulator/simulator.ts'
import type { SimulatedAccount } from '../../../adapters/meta/platform/simulator/state.ts'
import { sign } from '../../../adapters/meta/signature.ts'

export const APP_SECRET = 'app-secret-of-the-conformance-run'
const JSON_BODY = { 'content-type': 'application/json' }

export interface PlatformAccount {
  readonly simulated: SimulatedAccount & { readonly accessToken: string }
  readonly settings: Readonly<Record<string, unknown>>
}

const PEOPLE: Readonly<Record<string, string>> = { ada: '7100000000000001', ben: '7100000000000002' }

/** Messenger or Instagram as the conformance suite sees it: Meta's webhooks, and the simulated platform. */
export class PlatformVendor implements VendorSide {
  readonly webhook: WebhookSide = {
    secrets: { appSecret: APP_SECRET, verifyToken: 'verify-token-of-the-run' },
    signed: (body) => this.#signed(body),
    unsigned: (call) => ({ ...call, headers: JSON_BODY }),
    signedWith: (call, secret) => ({
      ...call,
      headers: { ...JSON_BODY, 'x-hub-signature-256': sign(call.body, secret) },
    }),
  }
  readonly simulator: PlatformSimulator
  readonly #product: PlatformProduct
  readonly #accounts: Readonly<Record<AccountName, PlatformAccount>>
  readonly #files = new Map<string, string>()
  readonly #now: () => number
  #path = ''

  constructor(product: PlatformProduct, accounts: Readonly<Record<AccountName, PlatformAccount>>, now: () => number) {
    this.#product = product
    this.#accounts = accounts
    this.#now = now
    // Receipts and echoes come only when the suite plays them, so no account has a callback.
    this.simulator = new PlatformSimulator(product, {
      now,
      accounts: Object.values(accounts).map((account) => account.simulated),
    })
  }

  account(name: AccountName) {
    const { simulated, settings } = this.#accounts[name]
    return { externalId: simulated.id, name, settings, secrets: { accessToken: simulated.accessToken } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#path = server.hookPath ?? ''
  }

  /** Everything in one call; neighbours of one account share an entry. */
  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return [this.#posted(facts.map((fact) => ({ account: fact.account, element: this.#element(fact) })))]
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.flatMap((fact) => {
      const elements = this.#statusOf(fact)
      return elements.map((element) => this.#posted([{ account: fact.account, element }]))
    })
  }

  externalIdOf(fact: VendorFact): string {
    return `m_${Buffer.from(`${fact.account}/${fact.id}`).toString('base64url')}`
  }

  identityOf(account: AccountName, customer: string): Identity {
    return {
      kind: this.#product.identityKind,
      scope: this.#accounts[account].simulated.id,
      value: PEOPLE[customer] ?? '',
    }
  }

  mediaOf(fact: VendorFact) {
    return { mimeType: 'image/jpeg', ref: mediaRef(this.#fileOf(fact), this.externalIdOf(fact), 0) }
  }

  received(account: AccountName): readonly VendorMessage[] {
    const names = new Map(Object.entries(PEOPLE).map(([name, id]) => [id, name]))
    return this.simulator.state.received.all
      .filter((message) => message.account === this.#accounts[account].simulated.id)
      .map(({ id, to, message, correlationId }) => ({
        externalId: id,
        customer: names.get(to) ?? to,
        text: String((message.message as { text?: string } | undefined)?.text ?? ''),
        correlationId,
      }))
  }

  openWindow(account: AccountName, customer: string): void {
    this.simulator.state.act(this.#accounts[account].simulated.id, PEOPLE[customer] ?? '', this.#now())
  }

  trouble(kind: VendorTrouble): void {
    const once = { path: '/messages', times: 1 } as const
    if (kind === 'throttle') this.simulator.faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') this.simulator.faults.add({ kind: 'fail', code: 1200, ...once })
    if (kind === 'final-refusal') this.simulator.faults.add({ kind: 'fail', code: 551, ...once })
    if (kind === 'lost-answer') this.simulator.faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') this.simulator.faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') this.simulator.faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #posted(parts: readonly { account: AccountName; element: object }[]): VendorCall {
    const entry = parts.map(({ account, element }) => ({
      id: this.#accounts[account].simulated.id,
      time: this.#now(),
      messaging: [element],
    }))
    return this.#signed(Buffer.from(JSON.stringify({ object: this.#product.object, entry })))
  }

  #signed(body: Buffer): VendorCall {
    const headers = { ...JSON_BODY, 'x-hub-signature-256': sign(body, APP_SECRET) }
    return { method: 'POST', path: this.#path, headers, body }
  }

  #between(account: AccountName, customer: string, own: boolean) {
    const [person, business] = [{ id: PEOPLE[customer] }, { id: this.#accounts[account].simulated.id }]
    const ends = own ? { sender: business, recipient: person } : { sender: person, recipient: business }
    return { ...ends, timestamp: this.#now() }
  }

  /** `sent` is the echo; the platform tells of deliveries and reading by receipts. */
  #statusOf({ account, message, status }: StatusFact): object[] {
    const { externalId: mid, customer, text, correlationId } = message
    const person = this.#between(account, customer, false)
    const instagram = this.#product.object === 'instagram'
    const echo = { mid, text, is_echo: true, ...(instagram ? {} : { metadata: correlationId }) }
    if (status === 'sent') return [{ ...this.#between(account, customer, true), message: echo }]
    if (status === 'delivered') return [{ ...person, delivery: { mids: [mid], watermark: this.#now() } }]
    return [{ ...person, read: instagram ? { mid } : { watermark: this.#now() } }]
  }

  #fileOf(fact: VendorFact): string {
    const known = this.#files.get(fact.id)
    if (known !== undefined) return known
    const { state, files } = this.simulator
    const fileId = state.store(Buffer.from('a jpeg'), 'image/jpeg')
    const url = files.address(fileId)
    if (fact.fact === 'picture' && fact.expired === true) state.files.delete(fileId)
    else state.attachments.set(this.externalIdOf(fact), [{ type: 'image', fileId }])
    this.#files.set(fact.id, url)
    return url
  }

  #element(fact: VendorFact): object {
    const mid = this.externalIdOf(fact)
    const ends = this.#between(fact.account, fact.customer, fact.fact === 'echo')
    if (fact.fact === 'echo') return { ...ends, message: { mid, text: fact.text, is_echo: true } }
    if (fact.fact === 'unknown') return { ...ends, timestamp: 1_700_000_000_000, hologram: { depth: 3, id: fact.id } }
    if (fact.fact === 'text') return { ...ends, message: { mid, text: fact.text } }
    return { ...ends, message: { mid, attachments: [{ type: 'image', payload: { url: this.#fileOf(fact) } }] } }
  }
}
