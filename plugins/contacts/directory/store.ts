import type { Identity, UnitOfWork } from '@parley/core'
import { type Claim, keyOf, type ResolvePlan } from '../domain/plan-resolve.ts'
import { documentOf } from '../domain/search-document.ts'
import { refreshSearch } from './search-column.ts'

export interface Stored {
  readonly lost: readonly Claim[]
  readonly made: readonly string[]
}

/**
 * Writes new identities and contacts in one statement. Two writers of one identity meet at its unique key: the second waits
 * for the first, gets nothing, and its contact is not made. Keys are taken in one order everywhere, so nobody waits in a
 * circle.
 *
 * @returns the claims that were lost to somebody else, and the ids of the contacts that were made
 */
export async function store(uow: UnitOfWork, plan: ResolvePlan, now: Date): Promise<Stored> {
  if (plan.claims.length === 0) return { lost: [], made: [] }
  const created = plan.created.map(({ contact, sender }) => {
    const username = sender.username ?? null
    const own = plan.claims.filter((claim) => claim.contactId === contact.id)
    const search = documentOf(uow.tenantId, { name: contact.name, username }, own)
    return { id: contact.id, name: contact.name, username, attributes: sender.attributes ?? {}, search }
  })
  const { rows } = await uow.trx.raw<{ rows: (Identity & { made: string | null })[] }>(
    `with claimed as (
       insert into contacts.identity (tenant_id, kind, scope, value, contact_id, created_at)
       select ?::uuid, kind, scope, value, "contactId", ?::timestamptz
       from json_to_recordset(?::json) as w(kind text, scope text, value text, "contactId" uuid)
       order by kind, scope, value
       on conflict do nothing
       returning kind, scope, value, contact_id
     ), made as (
       insert into contacts.contact (tenant_id, id, name, username, attributes, search, created_at, updated_at)
       select ?::uuid, id, name, username, attributes, array_to_tsvector(search), ?::timestamptz, ?::timestamptz
       from json_to_recordset(?::json) as w(id uuid, name text, username text, attributes jsonb, search text[])
       where id in (select contact_id from claimed)
       returning id
     )
     select claimed.kind, claimed.scope, claimed.value, made.id as made
     from claimed left join made on made.id = claimed.contact_id`,
    [uow.tenantId, now, JSON.stringify(plan.claims), uow.tenantId, now, now, JSON.stringify(created)],
  )
  const won = new Set(rows.map(keyOf))
  await refreshSearch(uow, attachedTo(plan))
  return {
    lost: plan.claims.filter((claim) => !won.has(keyOf(claim))),
    made: [...new Set(rows.flatMap(({ made }) => made ?? []))],
  }
}

/** Contacts that were there before and got one more identity. */
function attachedTo(plan: ResolvePlan): readonly string[] {
  const created = new Set(plan.created.map(({ contact }) => contact.id))
  return [...new Set(plan.claims.map((claim) => claim.contactId))].filter((id) => !created.has(id))
}
