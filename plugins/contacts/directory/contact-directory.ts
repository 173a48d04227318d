import type { ContactDirectory, ContactSummary, Identity, UnitOfWork } from '@parley/core'
import { type ResolveParts, resolve } from './resolve.ts'
import { searchContacts } from './search.ts'

export function createDirectory(parts: ResolveParts): ContactDirectory {
  return {
    resolve: (uow, senders) => resolve(uow, senders, parts),
    find,
    search: searchContacts,
  }
}

async function find(
  uow: UnitOfWork,
  ids: readonly string[],
): Promise<readonly (ContactSummary & { readonly identities: readonly Identity[] })[]> {
  if (ids.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: (ContactSummary & { identities: Identity[] })[] }>(
    `select c.id, c.name, c.blocked, coalesce(
       (select json_agg(json_build_object('kind', i.kind, 'scope', i.scope, 'value', i.value) order by i.created_at, i.kind)
        from contacts.identity i where i.tenant_id = c.tenant_id and i.contact_id = c.id), '[]') as identities
     from contacts.contact c where c.tenant_id = ?::uuid and c.id = any(?::uuid[])`,
    [uow.tenantId, [...new Set(ids)]],
  )
  return rows
}
