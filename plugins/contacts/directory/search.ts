import type { UnitOfWork } from '@parley/core'
import { queryOf } from '../domain/search-document.ts'

/** Ids of contacts whose name, username or an identity has words that begin with the query's; newest first. */
export async function searchContacts(uow: UnitOfWork, query: string, limit: number): Promise<readonly string[]> {
  const terms = queryOf(uow.tenantId, query)
  if (terms === undefined) return []
  const { rows } = await uow.trx.raw<{ rows: { id: string }[] }>(
    'select id from contacts.search_contacts(?, ?) as found(id)',
    [terms, limit],
  )
  return rows.map((row) => row.id)
}
