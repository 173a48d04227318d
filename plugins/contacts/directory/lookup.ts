import type { Identity, UnitOfWork } from '@parley/core'
import { type KnownContact, keyOf } from '../domain/plan-resolve.ts'

interface Row extends Identity, KnownContact {}

/** Who has these identities, by `keyOf`. One round trip; each is a lookup by key, whatever the planner knows of the tables. */
export async function lookup(uow: UnitOfWork, identities: readonly Identity[]): Promise<Map<string, KnownContact>> {
  const wanted = new Map(identities.map((identity) => [keyOf(identity), identity]))
  if (wanted.size === 0) return new Map()
  const { rows } = await uow.trx.raw<{ rows: Row[] }>(
    `select i.kind, i.scope, i.value, c.id, c.name, c.blocked
     from json_to_recordset(?::json) as w(kind text, scope text, value text)
     cross join lateral (
       select ii.kind, ii.scope, ii.value, ii.contact_id from contacts.identity ii
       where ii.tenant_id = ?::uuid and ii.kind = w.kind and ii.scope = w.scope and ii.value = w.value limit 1
     ) i
     cross join lateral (
       select cc.id, cc.name, cc.blocked from contacts.contact cc
       where cc.tenant_id = ?::uuid and cc.id = i.contact_id limit 1
     ) c`,
    [JSON.stringify([...wanted.values()]), uow.tenantId, uow.tenantId],
  )
  return new Map(rows.map((row) => [keyOf(row), { id: row.id, name: row.name, blocked: row.blocked }]))
}
