import type { UnitOfWork } from '@parley/core'
import { type Claim, keyOf, type ResolvePlan } from '../domain/plan-resolve.ts'
import { lookup } from './lookup.ts'

/**
 * Somebody else made the same identity a moment earlier. A contact of ours that nobody has seen yet disappears into
 * theirs, with the identities it did get; one that existed before stays as it is.
 *
 * @returns ids of the contacts that are gone
 */
export async function giveWay(
  uow: UnitOfWork,
  plan: ResolvePlan,
  lost: readonly Claim[],
): Promise<ReadonlySet<string>> {
  const owners = await lookup(uow, lost)
  const created = new Set(plan.created.map(({ contact }) => contact.id))
  const moves = new Map<string, string>()
  for (const claim of lost) {
    const owner = owners.get(keyOf(claim))
    if (owner !== undefined && created.has(claim.contactId) && !moves.has(claim.contactId))
      moves.set(claim.contactId, owner.id)
  }
  if (moves.size === 0) return new Set()
  await uow.trx.raw(
    `update contacts.identity i set contact_id = w."to"
     from json_to_recordset(?::json) as w("from" uuid, "to" uuid)
     where i.tenant_id = ?::uuid and i.contact_id = w."from"`,
    [JSON.stringify([...moves].map(([from, to]) => ({ from, to }))), uow.tenantId],
  )
  await uow.trx.raw('delete from contacts.hint where tenant_id = ?::uuid and contact_id = any(?::uuid[])', [
    uow.tenantId,
    [...moves.keys()],
  ])
  await uow.trx.raw('delete from contacts.contact where tenant_id = ?::uuid and id = any(?::uuid[])', [
    uow.tenantId,
    [...moves.keys()],
  ])
  return new Set(moves.keys())
}
