import type { UnitOfWork } from './unit-of-work.ts'

/**
 * Whose data: a customer, or a member of staff. What a member of staff has in no tenant (the account itself) is asked for
 * under the nil UUID, and what they have in a tenant under the tenant's id.
 */
export type Person =
  | { readonly tenantId: string; readonly contactId: string }
  | { readonly tenantId: string; readonly userId: string }

/**
 * What a person can be found by. Gathered from all plugins before anything is erased, because afterwards nobody could tell
 * any more; kept sealed until the last of them is done.
 */
export interface PersonTraces {
  /** Ids of what is about this person alone: merged contacts, threads, conversations. UUIDs. */
  readonly ids: readonly string[]
  /** What others know the person by: a phone number, an address. Never a name, and nothing shorter than five characters. */
  readonly identifiers: readonly string[]
  /** Keys that events about the person were published under. */
  readonly eventKeys: readonly string[]
  /** Of a member of staff: the tenants they work or worked for. */
  readonly tenants: readonly string[]
}

export interface KnownPerson {
  readonly person: Person
  readonly traces: PersonTraces
  /** A random UUID, the same for all plugins and tries of one erasure: stands in ledgers where the person stood. */
  readonly pseudonym: string
  /** When the export or the erasure was asked for. */
  readonly askedAt: Date
}

/** One part of an export. `name` is a file name without its ending: `messages`. */
export type ExportPart =
  | { readonly name: string; readonly items: AsyncIterable<unknown> | Iterable<unknown> }
  /** A file of the object store, put beside the JSON under `fileName`. */
  | { readonly fileName: string; readonly objectKey: string }

/** How many rows went, and how many stay without the person, by what they are: `{ messages: 12 }`. */
export interface ErasureCounts {
  readonly erased: Readonly<Record<string, number>>
  readonly anonymised?: Readonly<Record<string, number>>
}

/**
 * What a plugin keeps about people, contributed by every plugin that has tables with people in them. It is asked whether or
 * not the plugin is enabled for the tenant: what was kept before is still there.
 *
 * What a law or a ledger must keep (invoices, bookings of money) stays and is anonymised: the row keeps its amounts, dates and
 * numbers, the person's id becomes `pseudonym`, and names, addresses and free text go. Balances then still add up, and rows of
 * one person stay rows of one nobody.
 */
export interface PersonalData {
  /** What this plugin can add to `traces`. Asked twice, so that one plugin may build on what another found. */
  find?(known: KnownPerson, uow: UnitOfWork): Promise<Partial<PersonTraces>>
  /** Everything that is kept about the person, for the person to read. Each part is read inside the unit of work. */
  export(known: KnownPerson, uow: UnitOfWork): AsyncIterable<ExportPart>
  /**
   * Deletes or anonymises all of it. Runs again after a crash or a failure: what is gone already is no fault. Files are
   * deleted before the rows that name them.
   */
  erase(known: KnownPerson, uow: UnitOfWork): Promise<ErasureCounts>
}

/** Texts that tell that something is about the person, wherever they stand: ids, and identifiers as vendors write them. */
export function needlesOf({ ids, identifiers }: Pick<PersonTraces, 'ids' | 'identifiers'>): readonly string[] {
  return [...new Set([...ids, ...identifiers.map((one) => one.replace(/^\+/, ''))])]
}
