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
import { CHANNEL, identity } from '../src/person.ts'
import { notApplicable, PEOPLE, type Posted, Simulator } from './vendor.ts'

const ACCOUNTS = {
  first: { id: '7001', name: 'Bakery', token: '7001-token-of-the-first-account' },
  second: { id: '7002', name: 'Butcher', token: '7002-token-of-the-second-account' },
} as const

/** The vendor as the conformance suite, and `parley dev`, see it. */
class Vendor implements VendorSide {
  readonly simulator: Simulator
  readonly webhook: WebhookSide
  #path = ''

  constructor(now: () => number) {
    this.simulator = new Simulator({ accounts: Object.values(ACCOUNTS), now })
    this.webhook = {
      secrets: this.simulator.secrets,
      signed: (body) => this.#call(this.simulator.signed(ACCOUNTS.first, body)),
      unsigned: (call) => ({ ...call, headers: { 'content-type': 'application/json' } }),
      signedWith: (call, secret) => ({
        ...call,
        headers: this.simulator.signed(ACCOUNTS.first, call.body, secret).headers,
      }),
    }
  }

  account(name: AccountName) {
    const { id, token } = ACCOUNTS[name]
    return { externalId: id, name: ACCOUNTS[name].name, secrets: { token } }
  }

  async connected({ hookPath }: ChannelServer): Promise<void> {
    this.#path = hookPath ?? ''
  }

  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    const told = facts.map((fact) => ({ ...fact, of: ACCOUNTS[fact.account], externalId: this.externalIdOf(fact) }))
    return this.simulator.webhooksFor(told).map((posted) => this.#call(posted))
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    const told = facts.map(({ account, message, status }) => ({ of: ACCOUNTS[account], message, status }))
    return this.simulator.statusesFor(told).map((posted) => this.#call(posted))
  }

  externalIdOf(fact: VendorFact): string {
    return this.simulator.externalId(ACCOUNTS[fact.account], fact)
  }

  identityOf(_: AccountName, customer: string) {
    return identity(PEOPLE[customer] ?? customer)
  }

  mediaOf(fact: VendorFact) {
    return { mimeType: 'image/png', ref: this.simulator.fileOf(fact) }
  }

  received(account: AccountName): readonly VendorMessage[] {
    const names = new Map(Object.entries(PEOPLE).map(([name, person]) => [person, name]))
    return this.simulator.messages
      .filter(({ of }) => of === ACCOUNTS[account].id)
      .map(({ id, person, text, reference }) => ({
        externalId: id,
        customer: names.get(person) ?? person,
        text,
        correlationId: reference,
      }))
  }

  /** There is no window. */
  openWindow(): void {}

  trouble(kind: VendorTrouble): void {
    const { faults } = this.simulator
    const once = { path: this.simulator.sendPath, times: 1 } as const
    if (kind === 'throttle') faults.add({ kind: 'throttle', retryAfterMs: 2_000, ...once })
    if (kind === 'passing-fault') faults.add({ kind: 'fail', status: 503, ...once })
    if (kind === 'final-refusal') faults.add({ kind: 'fail', status: 404, ...once })
    if (kind === 'lost-answer') faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #call({ body, headers, query = '' }: Posted): VendorCall {
    return { method: 'POST', path: `${this.#path}${query}`, headers, body }
  }
}

export const driver: ChannelDriver = {
  name: 'Acmegram',
  provider: CHANNEL,
  root: new URL('../', import.meta.url).pathname,
  notApplicable,
  plugins: (vendor) => [
    { use: '@parley/local-files' },
    { use: '@parley/contacts' },
    { use: '@parley/inbox' },
    { use: '.', settings: { baseUrl: vendor instanceof Vendor ? vendor.simulator.url : '' } },
  ],
  async start({ now }) {
    const vendor = new Vendor(now)
    await vendor.simulator.listen()
    return vendor
  },
}
