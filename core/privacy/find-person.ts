import type { KnownPerson, PersonTraces } from '../plugin/personal-data.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import { faultOf } from './fault.ts'
import { type Holders, INSTALLATION } from './holders.ts'
import { firstTraces, mergeTraces, NO_TRACES, personOf, type Subject } from './traces.ts'

export interface Seeker {
  readonly database: Database
  readonly holders: Holders
}

export interface Found {
  readonly traces: PersonTraces
  /** Plugins that could not say, and why. */
  readonly faults: ReadonlyMap<string, string>
}

/** One plugin finds more by what another found: contacts know who was merged, then the inbox knows their threads. */
const ROUNDS = 2

/** Asks every plugin of this process what the person can be found by, on top of what is known; changes nothing. */
export async function findPerson(
  { database, holders }: Seeker,
  { home, subject, before = NO_TRACES, ...request }: Sought,
): Promise<Found> {
  const faults = new Map<string, string>()
  let traces = mergeTraces([firstTraces(personOf(home, subject)), before])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const scope of scopesOf(home, subject, traces)) {
      for (const [plugin, data] of holders) {
        const known: KnownPerson = { person: personOf(scope, subject), traces, ...request }
        try {
          const found = await database.transaction(scope, async (uow) => (await data.find?.(known, uow)) ?? {})
          traces = mergeTraces([traces, found])
        } catch (error) {
          faults.set(plugin, faultOf(error))
        }
      }
    }
  }
  return { traces, faults }
}

export interface Sought {
  /** The tenant that asked; the nil UUID when the installation did. */
  readonly home: string
  readonly subject: Subject
  readonly pseudonym: string
  readonly askedAt: Date
  /** Found by an earlier run, some of which may be gone by now. */
  readonly before?: PersonTraces | undefined
}

/** A customer is a customer of one tenant; a member of staff has an account and may be in many. */
export function scopesOf(home: string, { kind }: Subject, traces: PersonTraces): readonly string[] {
  return kind === 'contact' ? [home] : [...new Set([INSTALLATION, home, ...traces.tenants])]
}
