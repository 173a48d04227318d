import {
  type Connections,
  type ContactDirectory,
  type ContactMerged,
  contactMerged,
  contactUnmerged,
  type EventHandler,
  type Identity,
  identityKey,
  type UnitOfWork,
} from '@parley/core'

export interface FollowMergesParts {
  readonly contacts: ContactDirectory
  readonly connections: Connections
}

interface ThreadOwner {
  readonly id: string
  readonly contactId: string
  readonly address: Identity
}

/**
 * When contacts are merged or taken apart, threads go where their address belongs now. The address decides, not the
 * event, so merges along a chain, undone in any order or handled late, end in the same place.
 */
export function followMerges(parts: FollowMergesParts): EventHandler {
  return {
    id: 'follow-merges',
    on: [contactMerged, contactUnmerged],
    mode: 'serial',
    async handle(deliveries, uow) {
      const ids = deliveries.flatMap(({ event }) => {
        const { sourceId, targetId } = event.data as ContactMerged
        return [sourceId, targetId]
      })
      const threads = await threadsOf(parts, uow, [...new Set(ids)])
      if (threads.length > 0) await moveThreads(parts, uow, threads)
    },
  }
}

/** Threads that belong to these contacts, by what is stored or by their address. */
async function threadsOf(parts: FollowMergesParts, uow: UnitOfWork, ids: readonly string[]): Promise<ThreadOwner[]> {
  const contacts = await parts.contacts.find(uow, ids)
  const connections = await parts.connections.list(uow.tenantId)
  const keys = contacts.flatMap((contact) => contact.identities.map(identityKey))
  const lanes = connections.flatMap(({ id }) => keys.map((key) => ({ connectionId: id, identityKey: key })))
  const { rows } = await uow.trx.raw<{ rows: ThreadOwner[] }>(
    `select t.id, t.contact_id as "contactId", t.address from inbox.thread t
     where t.tenant_id = ?::uuid and t.id in (
       select a.id from inbox.thread a where a.tenant_id = ?::uuid and a.contact_id = any(?::uuid[])
       union
       select b.id from json_to_recordset(?::json) as w("connectionId" uuid, "identityKey" text)
       join inbox.thread b on b.tenant_id = ?::uuid and b.connection_id = w."connectionId"
         and b.identity_key = w."identityKey")
     order by t.id for update`,
    [uow.tenantId, uow.tenantId, [...ids], JSON.stringify(lanes), uow.tenantId],
  )
  return rows
}

async function moveThreads(
  { contacts }: FollowMergesParts,
  uow: UnitOfWork,
  threads: readonly ThreadOwner[],
): Promise<void> {
  const owners = await contacts.resolve(
    uow,
    threads.map((thread) => ({ identities: [thread.address] })),
  )
  const moves = threads.flatMap((thread, index) => {
    const to = owners[index]?.id
    return to === undefined || to === thread.contactId ? [] : [{ id: thread.id, from: thread.contactId, to }]
  })
  if (moves.length === 0) return
  await uow.trx.raw(
    `with w as (select * from json_to_recordset(?::json) as w(id uuid, "from" uuid, "to" uuid)),
     moved as (
       update inbox.conversation c set contact_id = w."to" from w
       where c.tenant_id = ?::uuid and c.contact_id = w."from" and c.thread_id = w.id
     )
     update inbox.thread t set contact_id = w."to", revision = t.revision + 1 from w
     where t.tenant_id = ?::uuid and t.id = w.id`,
    [JSON.stringify(moves), uow.tenantId, uow.tenantId],
  )
}
