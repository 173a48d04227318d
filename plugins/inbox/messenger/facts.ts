import type { Channel, Connection, ContactSummary, UnitOfWork } from '@parley/core'
import type { SendabilityFacts } from '../domain/sendability.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { MessengerParts } from './parts.ts'

type Named = Pick<ThreadRecord, 'contactId' | 'connectionId'>

/** What decides about writing to a person, beside the thread itself. Needs no lock, so it is read before one is taken. */
export class Surroundings {
  readonly #parts: MessengerParts
  readonly #connections: ReadonlyMap<string, Connection>
  readonly #blocked: ReadonlySet<string>

  private constructor(
    parts: MessengerParts,
    connections: ReadonlyMap<string, Connection>,
    blocked: ReadonlySet<string>,
  ) {
    this.#parts = parts
    this.#connections = connections
    this.#blocked = blocked
  }

  /** One round trip for the contacts; connections are cached. */
  static async of(parts: MessengerParts, uow: UnitOfWork, named: readonly Named[]): Promise<Surroundings> {
    const contacts = await parts.contacts.find(uow, [...new Set(named.map((one) => one.contactId))])
    return Surroundings.with(parts, uow.tenantId, named, contacts)
  }

  /** For whoever knows the contacts already. */
  static async with(
    parts: MessengerParts,
    tenantId: string,
    named: readonly Pick<Named, 'connectionId'>[],
    contacts: readonly ContactSummary[],
  ): Promise<Surroundings> {
    const connectionIds = [...new Set(named.map((one) => one.connectionId))]
    const connections = await Promise.all(connectionIds.map((id) => parts.connections.get(tenantId, id)))
    const blocked = contacts.filter((contact) => contact.blocked).map((contact) => contact.id)
    return new Surroundings(
      parts,
      new Map(connections.flatMap((one) => (one === undefined ? [] : [[one.id, one]]))),
      new Set(blocked),
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
      blocked: this.#blocked.has(thread.contactId),
    }
  }

  #channel(connection: Connection | undefined): Channel | undefined {
    return connection === undefined ? undefined : this.#parts.channels.byKey(connection.provider)
  }
}
