import type { ContactDirectory, UnitOfWork } from '@parley/core'
import { queryOf } from '../domain/search-words.ts'

/** Ids of conversations with a person or a message that matches the text: the most recent ones, at most `most` of each kind. */
export async function searchConversations(
  uow: UnitOfWork,
  contacts: ContactDirectory,
  text: string,
  limits: { readonly newest: number; readonly most: number },
): Promise<readonly string[]> {
  const people = await contacts.search(uow, text, limits.most)
  const query = queryOf(uow.tenantId, text)
  const { rows } = await uow.trx.raw<{ rows: { id: string }[] }>(
    `(select c.id from inbox.conversation c where c.tenant_id = ?::uuid and c.contact_id = any(?::uuid[])
      order by c.last_message_at desc limit ?)
     ${query === undefined ? '' : 'union select conversation_id from inbox.search_messages(?, ?, ?)'}`,
    [uow.tenantId, [...people], limits.most, ...(query === undefined ? [] : [query, limits.newest, limits.most])],
  )
  return rows.map((row) => row.id)
}
