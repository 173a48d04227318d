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
import { PagewireSimulator } from '../fixtures/partner-channel/dist/simulator.js'
import { firstParty, type Installation, installPartnerPackage, PACKAGE_NAME } from './install.ts'

const SIGNING_SECRET = 'signing-secret-of-the-conformance-run'

const LINES: Readonly<Record<AccountName, { line: string; name: string; apiKey: string }>> = {
  first: { line: 'PW-7001', name: 'first', apiKey: 'pw-key-of-the-first-line-0001' },
  second: { line: 'PW-7002', name: 'second', apiKey: 'pw-key-of-the-second-line-0002' },
}
const PAGERS: Readonly<Record<string, string>> = { ada: '55010001', ben: '55010002' }

/** Pagewire as the conformance suite sees it. */
class Pagewire implements VendorSide {
  readonly simulator: PagewireSimulator
  readonly webhook: WebhookSide = {
    secrets: { signingSecret: SIGNING_SECRET },
    signed: (body) => this.#call(this.simulator.signed(body)),
    unsigned: (call) => ({ ...call, headers: { 'content-type': 'application/json' } }),
    signedWith: (call, secret) => ({ ...call, headers: this.simulator.signed(call.body, { secret }).headers }),
  }
  readonly #installation: Installation
  readonly #files = new Map<string, string>()
  #path = ''

  constructor(installation: Installation, now: () => number) {
    this.#installation = installation
    this.simulator = new PagewireSimulator({ lines: Object.values(LINES), signingSecret: SIGNING_SECRET, now })
  }

  account(name: AccountName) {
    return { externalId: LINES[name].line, name, secrets: { apiKey: LINES[name].apiKey } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#path = server.hookPath ?? ''
  }

  /** Everything fits in one call, whosever it is. */
  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return [this.#call(this.simulator.webhook(facts.map((fact) => this.#event(fact))))]
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.map(({ account, message, status }) => {
      const { externalId: id, correlationId: reference } = message
      const page = { id, line: LINES[account].line, to: pagerOf(message.customer), reference }
      return this.#call(
        this.simulator.webhook([this.simulator.statusOf(page, status === 'sent' ? 'accepted' : status)]),
      )
    })
  }

  externalIdOf(fact: VendorFact): string {
    return `msg_${fact.account}_${fact.id}`
  }

  identityOf(_account: AccountName, customer: string) {
    return { kind: 'pager', scope: '', value: pagerOf(customer) }
  }

  mediaOf(fact: VendorFact) {
    return { mimeType: 'image/gif', ref: this.#fileOf(fact) }
  }

  received(account: AccountName): readonly VendorMessage[] {
    const names = new Map(Object.entries(PAGERS).map(([name, pager]) => [pager, name]))
    return this.simulator.pages
      .filter((page) => page.line === LINES[account].line)
      .map(({ id, to, text, reference }) => ({
        externalId: id,
        customer: names.get(to) ?? to,
        text,
        correlationId: reference,
      }))
  }

  /** Pagewire has no window. */
  openWindow(): void {}

  trouble(kind: VendorTrouble): void {
    const { faults } = this.simulator
    const once = { path: '/v1/messages', times: 1 } as const
    if (kind === 'throttle') faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') faults.add({ kind: 'fail', status: 503, code: 'overloaded', ...once })
    if (kind === 'final-refusal') faults.add({ kind: 'fail', status: 422, code: 'pager_opted_out', ...once })
    if (kind === 'lost-answer') faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') faults.add({ kind: 'delay', ms: 10_000, ...once })
  }

  async close(): Promise<void> {
    await this.simulator.close()
    await this.#installation.remove()
  }

  #call({ body, headers }: { body: Buffer; headers: Record<string, string> }): VendorCall {
    return { method: 'POST', path: this.#path, headers, body }
  }

  #event(fact: VendorFact): Readonly<Record<string, unknown>> {
    const { line } = LINES[fact.account]
    const id = this.externalIdOf(fact)
    const from = pagerOf(fact.customer)
    const received = { line, type: 'message.received' }
    if (fact.fact === 'text') return { ...received, message: { id, from, name: fact.customer, text: fact.text } }
    if (fact.fact === 'picture') {
      const media = { id: this.#fileOf(fact), type: 'picture', mime_type: 'image/gif' }
      return { ...received, message: { id, from, name: fact.customer, media } }
    }
    if (fact.fact === 'echo') return { line, type: 'message.echoed', message: { id, to: from, text: fact.text } }
    return { id: `event_of_${id}`, line, type: 'pager.battery_low', level: 3 }
  }

  #fileOf(fact: VendorFact): string {
    if (fact.fact === 'picture' && fact.expired === true) return 'file_of_last_year'
    const file =
      this.#files.get(fact.id) ?? this.simulator.keep({ content: Buffer.from('a gif'), mimeType: 'image/gif' })
    this.#files.set(fact.id, file)
    return file
  }
}

function pagerOf(customer: string): string {
  const pager = PAGERS[customer]
  if (pager === undefined) throw new Error(`${customer} has no pager; there are: ${Object.keys(PAGERS).join(', ')}`)
  return pager
}

/** The package is installed by npm for the run, and loaded by its name. */
class PagewireDriver implements ChannelDriver {
  readonly name = 'Pagewire, a partner’s package'
  readonly provider = PACKAGE_NAME
  #root = ''

  get root(): string {
    return this.#root
  }

  async start({ now }: { readonly now: () => number }): Promise<Pagewire> {
    const installation = await installPartnerPackage()
    this.#root = installation.root
    const vendor = new Pagewire(installation, now)
    await vendor.simulator.listen()
    return vendor
  }

  plugins(vendor: VendorSide) {
    return [
      ...firstParty(this.#root),
      { use: PACKAGE_NAME, settings: { baseUrl: vendor instanceof Pagewire ? vendor.simulator.url : '' } },
    ]
  }
}

export const pagewireDriver: ChannelDriver = new PagewireDriver()
