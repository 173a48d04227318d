import type { Identity, UnitOfWork } from '@parley/core'
import { documentOf } from '../domain/search-document.ts'

/** Writes the index entries of these contacts anew from their names and identities. Two round trips; none for no ids. */
export async function refreshSearch(uow: UnitOfWork, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return
  const { rows } = await uow.trx.raw<{
    rows: { id: string; name: string; username: string | null; identities: Identity[] }[]
  }>(
    `select c.id, c.name, c.username, coalesce(
       (select json_agg(json_build_object('kind', i.kind, 'scope', i.scope, 'value', i.value))
        from contacts.identity i where i.tenant_id = c.tenant_id and i.contact_id = c.id), '[]') as identities
     from contacts.contact c where c.tenant_id = ?::uuid and c.id = any(?::uuid[])`,
    [uow.tenantId, [...contactIds]],
  )
  const documents = rows.map((row) => ({ id: row.id, search: documentOf(uow.tenantId, row, row.identities) }))
  await uow.trx.raw(
    `update contacts.contact c set search = array_to_tsvector(w.search)
     from json_to_recordset(?::json) as w(id uuid, search text[])
     where c.tenant_id = ?::uuid and c.id = w.id`,
    [JSON.stringify(documents), uow.tenantId],
  )
}
