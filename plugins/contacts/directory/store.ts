import type { Identity, UnitOfWork } from '@parley/core'
import { type Claim, hintsOf, keyOf, type MergeSuggestion, pair, type ResolvePlan } from '../domain/plan-resolve.ts'
import { documentOf } from '../domain/search-document.ts'
import { alikeAmong, isHint, OTHERS_SAYING, reasonOf, withContact } from './hints.ts'
import { refreshSearch } from './search-column.ts'

export interface Stored {
  readonly lost: readonly Claim[]
  readonly made: readonly string[]
  /** New ones who are known by, or say about themselves, what others say too. */
  readonly alike: readonly MergeSuggestion[]
}

interface Row extends Identity {
  readonly made: string | null
  /** Of somebody alike: who else. */
  readonly other: string | null
}

/** New identities, the contacts that got one, what these say about themselves; and others who say the same. */
const STORE = `with claimed as (
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
 ), told as (
   insert into contacts.hint (tenant_id, kind, value, contact_id)
   select ?::uuid, kind, value, "contactId"
   from json_to_recordset(?::json) as w(kind text, value text, "contactId" uuid)
   where "contactId" in (select contact_id from claimed)
   order by kind, value, "contactId"
   on conflict do nothing
 )
 select claimed.kind, claimed.scope, claimed.value, made.id as made, null::uuid as other
 from claimed left join made on made.id = claimed.contact_id
 union all
 select w.kind, '', w.value, w."contactId", h.contact_id
 from json_to_recordset(?::json) as w(kind text, value text, "contactId" uuid)
 ${OTHERS_SAYING}`

/**
 * Writes new identities and contacts in one statement. Two writers of one identity meet at its unique key: the second waits
 * for the first, gets nothing, and its contact is not made. Keys are taken in one order everywhere, so nobody waits in a
 * circle.
 *
 * @returns the claims that were lost to somebody else, the ids of the contacts that were made, and who else they may be
 */
export async function store(
  uow: UnitOfWork,
  plan: ResolvePlan,
  { now, maxAlike }: { readonly now: Date; readonly maxAlike: number },
): Promise<Stored> {
  if (plan.claims.length === 0) return { lost: [], made: [], alike: [] }
  const created = plan.created.map(({ contact, sender }) => {
    const username = sender.username ?? null
    const own = plan.claims.filter((claim) => claim.contactId === contact.id)
    const search = documentOf(uow.tenantId, { name: contact.name, username }, own)
    return { id: contact.id, name: contact.name, username, attributes: sender.attributes ?? {}, search }
  })
  const told = created.flatMap(({ id, attributes }) => hintsOf({ identities: [], attributes }).map(withContact(id)))
  const known = [...told, ...plan.claims].filter(isHint)
  const { rows } = await uow.trx.raw<{ rows: Row[] }>(STORE, [
    ...[uow.tenantId, now, JSON.stringify(plan.claims), uow.tenantId, now, now, JSON.stringify(created)],
    ...[uow.tenantId, JSON.stringify(told), JSON.stringify(known), uow.tenantId, maxAlike],
  ])
  const claimed = rows.filter(({ other }) => other === null)
  const won = new Set(claimed.map(keyOf))
  await refreshSearch(uow, attachedTo(plan))
  return {
    lost: plan.claims.filter((claim) => !won.has(keyOf(claim))),
    made: [...new Set(claimed.flatMap(({ made }) => made ?? []))],
    alike: [
      ...alikeAmong(known),
      ...rows.flatMap(({ kind, made, other }) =>
        made === null || other === null ? [] : [{ contactIds: pair(made, other), reason: reasonOf(kind) }],
      ),
    ],
  }
}

/** Contacts that were there before and got one more identity. */
function attachedTo(plan: ResolvePlan): readonly string[] {
  const created = new Set(plan.created.map(({ contact }) => contact.id))
  return [...new Set(plan.claims.map((claim) => claim.contactId))].filter((id) => !created.has(id))
}
