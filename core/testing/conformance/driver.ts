import type { Identity } from '../../contracts/content/identity.ts'
import type { InboundMedia } from '../../contracts/content/inbound.ts'
import type { NewConnection } from '../../contracts/ports/connections.ts'
import type { PluginEntry } from '../../kernel/discover.ts'
import type { CaseName } from './case-names.ts'

/**
 * What the author of a channel writes to have it tested: how the channel is loaded, and how its vendor behaves. The suite
 * boots a real kernel on a real database with the channel in it, two tenants with an account each, and plays the cases of
 * {@link CaseName}. A case that the channel cannot have is declared with its reason, so that leaving it out is a decision
 * that somebody can read.
 */
export interface ChannelDriver {
  /** For titles: `WhatsApp`. */
  readonly name: string
  /** Plugin id of the adapter, and key of its providers. */
  readonly provider: string
  /** Folder that relative `use` entries start from. */
  readonly root: string
  /** What is loaded: the channel, what it requires, and for the end-to-end cases contacts and inbox. */
  plugins(vendor: VendorSide): readonly PluginEntry[]
  /** "Not applicable, because …" by case. */
  readonly notApplicable?: Partial<Record<CaseName, string>>
  /** The vendor only announces what happened, and the channel fetches it: a call is waited for until nothing is left to do. */
  readonly fetchesLater?: true
  /** Starts the vendor's simulator. `now` is the kernel's time, in milliseconds. */
  start(context: { readonly now: () => number }): Promise<VendorSide>
}

/** The two accounts, one per tenant. */
export type AccountName = 'first' | 'second'

/** Something that happened at the vendor. `id` is the suite's own name for it: the same name is the same fact, redelivered. */
export type VendorFact = { readonly account: AccountName; readonly customer: string; readonly id: string } & (
  | { readonly fact: 'text'; readonly text: string }
  /** A picture; `expired`: the vendor no longer has the file. */
  | { readonly fact: 'picture'; readonly expired?: boolean }
  /** The business wrote to the customer in the vendor's own app. */
  | { readonly fact: 'echo'; readonly text: string }
  /** A kind that no adapter knows. */
  | { readonly fact: 'unknown' }
)

/** A status for a message that the vendor got from us. */
export interface StatusFact {
  readonly account: AccountName
  readonly message: VendorMessage
  readonly status: 'sent' | 'delivered' | 'read' | 'failed'
}

/** A call to our server as the vendor (or the customer's browser) makes it: signed, complete. */
export interface VendorCall {
  readonly method: 'GET' | 'POST'
  /** Path and query below the server's address. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A message of ours as it arrived at the vendor. */
export interface VendorMessage {
  readonly externalId: string
  readonly customer: string
  readonly text: string
  /** What we gave along and get back; `undefined` when the vendor keeps nothing. */
  readonly correlationId: string | undefined
}

/** Faults of the vendor's API, each for one call. `hang` answers nothing for 4 s; `slow-answer` carries out at once and answers after a second. */
export type VendorTrouble = 'throttle' | 'passing-fault' | 'final-refusal' | 'lost-answer' | 'hang' | 'slow-answer'

/** The vendor, simulated. It must post nothing by itself while a suite runs: statuses come when {@link statusCalls} is played. */
export interface VendorSide {
  /** What connecting the account needs. Its secrets are looked for in every log line and answer. */
  account(name: AccountName): Omit<NewConnection, 'endpointId' | 'provider'>
  /** Absent: the channel has no webhook, its calls go to routes of its own, and the cases of signatures are not applicable. */
  readonly webhook?: WebhookSide
  /** The kernel is up. `hookPath` is `/hooks/<provider>/<endpoint>`; connections are stored. */
  connected(server: ChannelServer): Promise<void>
  /** These facts in as few calls as the vendor would make. */
  calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]>
  /** None where the vendor tells nothing of what became of a message. */
  statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]>
  /** The external id that a fact has at the vendor. */
  externalIdOf(fact: VendorFact): string
  /** How a customer is written to. */
  identityOf(account: AccountName, customer: string): Identity
  /** What a picture fact left with the vendor, for fetching it. */
  mediaOf(fact: VendorFact): InboundMedia
  /** Messages of ours that the account's customers got, in the vendor's order. */
  received(account: AccountName): readonly VendorMessage[]
  /** Lets a customer have written, where the vendor only then takes free messages. */
  openWindow(account: AccountName, customer: string): void
  /** Makes the next call of ours fail in this way. */
  trouble(kind: VendorTrouble): void
  close(): Promise<void>
}

/** How the vendor signs what it posts to `/hooks/<provider>/<endpoint>`. */
export interface WebhookSide {
  /** The endpoint's secrets, by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** A body of any bytes, signed rightly, at the same path. */
  signed(body: Buffer): VendorCall
  /** The call without its signature. */
  unsigned(call: VendorCall): VendorCall
  /** The call signed with this secret instead. */
  signedWith(call: VendorCall, secret: string): VendorCall
}

/** Our server, as the vendor sees it. */
export interface ChannelServer {
  readonly baseUrl: string
  readonly hookPath: string | undefined
  readonly connections: Readonly<Record<AccountName, { readonly id: string; readonly tenantId: string }>>
}
