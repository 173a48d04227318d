import {
  type Channel,
  type Connection,
  type ConsentStanding,
  type ConsentSubject,
  type ContactSummary,
  identityKey,
  type UnitOfWork,
} from '@parley/core'
import type { SendabilityFacts } from '../domain/sendability.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { MessengerParts } from './parts.ts'

/** Who would be written to, and where. */
type Named = ConsentSubject & Pick<ThreadRecord, 'connectionId'>

/** What decides about writing to a person, beside the thread itself. Needs no lock, so it is read before one is taken. */
export class Surroundings {
  readonly #parts: MessengerParts
  readonly #connections: ReadonlyMap<string, Connection>
  readonly #blocked: ReadonlySet<string>
  readonly #standings: ReadonlyMap<string, ConsentStanding>

  private constructor(
    parts: MessengerParts,
    connections: ReadonlyMap<string, Connection>,
    blocked: ReadonlySet<string>,
    standings: ReadonlyMap<string, ConsentStanding>,
  ) {
    this.#parts = parts
    this.#connections = connections
    this.#blocked = blocked
    this.#standings = standings
  }

  /** One round trip for the contacts, one for their wishes; connections are cached. */
  static async of(parts: MessengerParts, uow: UnitOfWork, named: readonly Named[]): Promise<Surroundings> {
    const contacts = await parts.contacts.find(uow, [...new Set(named.map((one) => one.contactId))])
    return Surroundings.with(parts, uow, named, contacts)
  }

  /** For whoever knows the contacts already. */
  static async with(
    parts: MessengerParts,
    uow: UnitOfWork,
    named: readonly Named[],
    contacts: readonly ContactSummary[],
  ): Promise<Surroundings> {
    const connectionIds = [...new Set(named.map((one) => one.connectionId))]
    const connections = await Promise.all(connectionIds.map((id) => parts.connections.get(uow.tenantId, id)))
    const blocked = contacts.filter((contact) => contact.blocked).map((contact) => contact.id)
    return new Surroundings(
      parts,
      new Map(connections.flatMap((one) => (one === undefined ? [] : [[one.id, one]]))),
      new Set(blocked),
      await standingsOf(parts, uow, named),
    )
  }

  facts(thread: ThreadRecord): SendabilityFacts {
    const connection = this.#connections.get(thread.connectionId)
    return {
      now: this.#parts.clock.now(),
      capabilities: this.#channel(connection)?.capabilities,
      health: connection?.health ?? 'ok',
      opener: thread.windowOpener,
      expiresAt: thread.windowExpiresAt,
      customerAt: thread.customerAt,
      consent: thread.consent,
      standing: this.#standings.get(placeOf(thread)),
      blocked: this.#blocked.has(thread.contactId),
    }
  }

  #channel(connection: Connection | undefined): Channel | undefined {
    return connection === undefined ? undefined : this.#parts.channels.byKey(connection.provider)
  }
}

async function standingsOf(
  { consents }: MessengerParts,
  uow: UnitOfWork,
  named: readonly Named[],
): Promise<ReadonlyMap<string, ConsentStanding>> {
  if (consents === undefined || named.length === 0) return new Map()
  const standings = await consents.standings(uow, named)
  return new Map(
    named.flatMap((one, index) => {
      const standing = standings[index]
      return standing === undefined ? [] : [[placeOf(one), standing]]
    }),
  )
}

function placeOf({ connectionId, address }: Pick<Named, 'connectionId' | 'address'>): string {
  return `${connectionId}/${identityKey(address)}`
}
