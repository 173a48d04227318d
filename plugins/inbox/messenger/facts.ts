import type { UnitOfWork } from '@parley/core'
import type { SendabilityFacts } from '../domain/sendability.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { MessengerParts } from './parts.ts'

/** What decides about writing to these people, by thread id. One round trip for the contacts; connections are cached. */
export async function loadFacts(
  parts: MessengerParts,
  uow: UnitOfWork,
  threads: readonly ThreadRecord[],
): Promise<ReadonlyMap<string, SendabilityFacts>> {
  const connectionIds = [...new Set(threads.map((thread) => thread.connectionId))]
  const connections = await Promise.all(connectionIds.map((id) => parts.connections.get(uow.tenantId, id)))
  const byId = new Map(connections.flatMap((one) => (one === undefined ? [] : [[one.id, one]])))
  const contacts = await parts.contacts.find(uow, [...new Set(threads.map((thread) => thread.contactId))])
  const blocked = new Set(contacts.filter((contact) => contact.blocked).map((contact) => contact.id))
  const now = parts.clock.now()
  const factsOf = (thread: ThreadRecord): SendabilityFacts => {
    const connection = byId.get(thread.connectionId)
    return {
      now,
      capabilities: connection === undefined ? undefined : parts.channels.byKey(connection.provider)?.capabilities,
      health: connection?.health ?? 'ok',
      opener: thread.windowOpener,
      expiresAt: thread.windowExpiresAt,
      consent: thread.consent,
      blocked: blocked.has(thread.contactId),
    }
  }
  return new Map(threads.map((thread) => [thread.id, factsOf(thread)]))
}
