import type {
  AccountName,
  ChannelDriver,
  ChannelServer,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
  VendorTrouble,
  WebhookSide,
} from '@parley/core/testing/conformance'
import { CHANNEL, identity } from '../src/person.ts'
import { notApplicable, PEOPLE, type Posted, Simulator } from './vendor.ts'

export const ACCOUNTS = {
  first: { id: '7001', name: 'Bakery', token: '7001-token-of-the-first-account' },
  second: { id: '7002', name: 'Butcher', token: '7002-token-of-the-second-account' },
} as const

/** The vendor as the conformance suite, and `parley dev`, see it. */
export class Vendor implements VendorSide {
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

  /** One update a call. */
  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return facts.map((fact) => {
      const told = { ...fact, of: ACCOUNTS[fact.account], externalId: this.externalIdOf(fact) }
      return this.#call(this.simulator.updateFor(told))
    })
  }

  async statusCalls(): Promise<readonly VendorCall[]> {
    return []
  }

  externalIdOf(fact: VendorFact): string {
    return `${PEOPLE[fact.customer]}:${this.simulator.numberOf(ACCOUNTS[fact.account], fact)}`
  }

  identityOf(_: AccountName, customer: string) {
    return identity(PEOPLE[customer] ?? customer)
  }

  mediaOf(fact: VendorFact) {
    return { mimeType: 'image/jpeg', ref: this.simulator.fileOf(fact) }
  }

  received(account: AccountName): readonly VendorMessage[] {
    const names = new Map(Object.entries(PEOPLE).map(([name, person]) => [person, name]))
    return this.simulator.messages
      .filter(({ of }) => of === ACCOUNTS[account].id)
      .map(({ id, person, text }) => ({
        externalId: id,
        customer: names.get(person) ?? person,
        text,
        correlationId: undefined,
      }))
  }

  /** There is no window. */
  openWindow(): void {}

  trouble(kind: VendorTrouble): void {
    const { faults } = this.simulator
    const once = { path: '/sendMessage', times: 1 } as const
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

  #call({ body, headers, query }: Posted): VendorCall {
    return { method: 'POST', path: `${this.#path}${query}`, headers, body }
  }
}

export const driver: ChannelDriver = {
  name: 'Telegram',
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
