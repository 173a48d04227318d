import {
  type Clock,
  type Connection,
  channelUnknownReceived,
  type Database,
  type Ingress,
  identityKey,
  type ObjectStore,
  type ThreadHistory,
} from '@parley/core'
import { mailFacts, personOf } from '../events/mail-facts.ts'
import { emailIdentity, type MailFact } from '../events/place.ts'
import { knownIds } from '../send/thread.ts'
import type { KeptMail } from './raw-mail.ts'

export interface IntakeParts {
  readonly clock: Clock
  readonly database: Database
  readonly history: ThreadHistory | undefined
  readonly ingress: Ingress
  readonly store: ObjectStore
}

/** The connection's address (its external id), and others that are its own (`settings.addresses`). In lower case. */
export function ownAddresses({ externalId, settings }: Pick<Connection, 'externalId' | 'settings'>): readonly string[] {
  const { addresses } = settings
  const others = Array.isArray(addresses) ? addresses.map(String) : []
  return [externalId, ...others].map((address) => address.toLowerCase())
}

/**
 * Puts a mail's events in the log and keeps its files. Resolves once all of it is safe, and throws when it is not; a mail that
 * came before leaves nothing twice.
 */
export async function takeIn(
  parts: IntakeParts,
  connection: Connection,
  { mail, objectKeys }: KeptMail,
): Promise<void> {
  const own = ownAddresses(connection)
  const person = personOf(mail, { ownAddresses: own })
  const known =
    person === undefined || mail.refersTo.length === 0
      ? undefined
      : await knownIds(parts, connection, identityKey(emailIdentity(person.address)))
  const facts = mailFacts(mail, {
    connectionId: connection.id,
    channel: connection.provider,
    receivedAt: parts.clock.now(),
    ownAddresses: own,
    ...(known === undefined ? {} : { known }),
  })
  await storeFacts(parts, connection, facts, objectKeys)
}

/** Something that is no mail that can be read: kept, and told of by where it lies. */
export async function takeUnknown(
  parts: IntakeParts,
  connection: Connection,
  what: {
    readonly vendorKind: string
    readonly id: string
    readonly raw: object
    readonly objectKeys?: readonly string[]
  },
): Promise<void> {
  const data = {
    connectionId: connection.id,
    channel: connection.provider,
    occurredAt: parts.clock.now().toISOString(),
    vendorKind: what.vendorKind,
    raw: what.raw,
  }
  const event = { type: channelUnknownReceived, key: connection.id, data }
  await storeFacts(parts, connection, [{ dedupeKey: `unknown:${what.id}`, event }], what.objectKeys ?? [])
}

async function storeFacts(
  { ingress, store }: IntakeParts,
  { id, tenantId }: Connection,
  facts: readonly MailFact[],
  objectKeys: readonly string[],
): Promise<void> {
  // Before the event names them: what nobody keeps is swept away.
  await store.keep(tenantId, objectKeys)
  const items = facts.map(({ dedupeKey, event }) => ({ tenantId, event, dedupeScope: id, dedupeKey }))
  const outcomes = await ingress.ingest(items)
  if (outcomes.includes('stored')) return
  for (const key of objectKeys) await store.delete(tenantId, key)
}
