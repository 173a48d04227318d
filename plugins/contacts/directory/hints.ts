import type { Identity, UnitOfWork } from '@parley/core'
import {
  type Claim,
  hintsOf,
  keyOf,
  type MergeSuggestion,
  pair,
  type SuggestionReason,
} from '../domain/plan-resolve.ts'

interface Described {
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Joins a list `w` of kinds, values and contacts to the newest others who say the same about themselves, never by a name.
 * Binds the tenant, and how many of them at most: half a town may have typed `test@test.com`.
 */
export const OTHERS_SAYING = `cross join lateral (
       select hh.contact_id from contacts.hint hh
       join contacts.contact c on c.tenant_id = hh.tenant_id and c.id = hh.contact_id and c.merged_into is null
       where hh.tenant_id = ?::uuid and hh.kind = w.kind and hh.value = w.value and hh.contact_id <> w."contactId"
       order by hh.contact_id desc limit ?
     ) h`

export const withContact =
  (contactId: string) =>
  (identity: Identity): Claim => ({ ...identity, contactId })

/** Numbers and addresses mean the same everywhere; other ids do not. */
export function isHint({ kind, scope }: Identity): boolean {
  return scope === '' && (kind === 'phone' || kind === 'email')
}

export const reasonOf = (kind: string): SuggestionReason => `shared-${kind}` as SuggestionReason

/** Pairs among these that share something. */
export function alikeAmong(known: readonly Claim[]): readonly MergeSuggestion[] {
  return [...Map.groupBy(known, keyOf).values()].flatMap((same) => {
    const [first, ...others] = [...new Set(same.map(({ contactId }) => contactId))]
    const kind = same[0]?.kind ?? ''
    return first === undefined ? [] : others.map((id) => ({ contactIds: pair(first, id), reason: reasonOf(kind) }))
  })
}

/** Notes down what these contacts say about themselves now, in place of what they said before. */
export async function keepHints(uow: UnitOfWork, contacts: readonly Described[]): Promise<void> {
  const rows = contacts.flatMap(({ id, attributes }) => hintsOf({ identities: [], attributes }).map(withContact(id)))
  await uow.trx.raw('delete from contacts.hint where tenant_id = ?::uuid and contact_id = any(?::uuid[])', [
    uow.tenantId,
    contacts.map(({ id }) => id),
  ])
  if (rows.length === 0) return
  await uow.trx.raw(
    `insert into contacts.hint (tenant_id, kind, value, contact_id)
     select ?::uuid, kind, value, "contactId"
     from json_to_recordset(?::json) as w(kind text, value text, "contactId" uuid)
     order by kind, value, "contactId" on conflict do nothing`,
    [uow.tenantId, JSON.stringify(rows)],
  )
}

/** Others who say about themselves what these are known by, or say too. One round trip; none for nothing. */
export async function sameHints(
  uow: UnitOfWork,
  known: readonly Claim[],
  maxAlike: number,
): Promise<readonly MergeSuggestion[]> {
  const wanted = known.filter(isHint)
  if (wanted.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: { kind: string; one: string; other: string }[] }>(
    `select distinct w.kind, w."contactId" as one, h.contact_id as other
     from json_to_recordset(?::json) as w(kind text, value text, "contactId" uuid)
     ${OTHERS_SAYING}`,
    [JSON.stringify(wanted), uow.tenantId, maxAlike],
  )
  return rows.map(({ kind, one, other }) => ({ contactIds: pair(one, other), reason: reasonOf(kind) }))
}
