import { type ContactDirectory, type Identity, identityKey, type PersonTraces, type UnitOfWork } from '@parley/core'

interface Row {
  readonly id: string
  readonly connection_id: string
  readonly identity_key: string
  readonly address: Identity
  readonly conversations: readonly string[]
  readonly attachments: readonly string[]
}

/** Threads and conversations of these contacts, and the keys that their events lie under. */
export async function tracesOf(
  contacts: ContactDirectory,
  uow: UnitOfWork,
  contactIds: readonly string[],
): Promise<Partial<PersonTraces>> {
  const { rows } = await uow.trx.raw<{ rows: Row[] }>(
    `select t.id, t.connection_id, t.identity_key, t.address,
       array(select c.id from inbox.conversation c where c.tenant_id = t.tenant_id and c.thread_id = t.id) as conversations,
       array(select a.id from inbox.message m join inbox.attachment a on a.tenant_id = m.tenant_id and a.message_id = m.id
              where m.tenant_id = t.tenant_id and m.thread_id = t.id) as attachments
     from inbox.thread t where t.tenant_id = ?::uuid and t.contact_id = any(?::uuid[])`,
    [uow.tenantId, [...contactIds]],
  )
  const people = await contacts.find(uow, contactIds)
  const identities = [...people.flatMap((one) => one.identities), ...rows.map(({ address }) => address)]
  return {
    ids: rows.flatMap(({ id, conversations }) => [id, ...conversations]),
    identifiers: identities.map(({ value }) => value),
    eventKeys: [...rows.flatMap(({ id, attachments }) => [id, ...attachments]), ...lanesOf(rows, identities)],
  }
}

/** A vendor may tell of one message by one identity of the person, and of the next by another. */
function lanesOf(rows: readonly Row[], identities: readonly Identity[]): readonly string[] {
  const keys = new Set([...identities.map(identityKey), ...rows.map((row) => row.identity_key)])
  const connections = new Set(rows.map((row) => row.connection_id))
  return [...connections].flatMap((connection) => [...keys].map((key) => `${connection}/${key}`))
}
