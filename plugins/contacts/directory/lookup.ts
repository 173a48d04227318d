import type { Identity, UnitOfWork } from '@parley/core'
import { type KnownContact, keyOf } from '../domain/plan-resolve.ts'

interface Row extends Identity, KnownContact {}

/** Who has these identities, by `keyOf`. One round trip. */
export async function lookup(uow: UnitOfWork, identities: readonly Identity[]): Promise<Map<string, KnownContact>> {
  const wanted = new Map(identities.map((identity) => [keyOf(identity), identity]))
  if (wanted.size === 0) return new Map()
  const { rows } = await uow.trx.raw<{ rows: Row[] }>(
    `select i.kind, i.scope, i.value, c.id, c.name, c.blocked
     from json_to_recordset(?::json) as w(kind text, scope text, value text)
     join contacts.identity i
       on i.tenant_id = ?::uuid and i.kind = w.kind and i.scope = w.scope and i.value = w.value
     join contacts.contact c on c.tenant_id = i.tenant_id and c.id = i.contact_id`,
    [JSON.stringify([...wanted.values()]), uow.tenantId],
  )
  return new Map(rows.map((row) => [keyOf(row), { id: row.id, name: row.name, blocked: row.blocked }]))
}
