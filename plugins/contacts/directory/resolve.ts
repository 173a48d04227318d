import { type Clock, type ContactSummary, contactCreated, newId, type Sender, type UnitOfWork } from '@parley/core'
import { hintsOf, type MergeSuggestion, normalise, planResolve, type ResolvePlan } from '../domain/plan-resolve.ts'
import { giveWay } from './give-way.ts'
import { lookup } from './lookup.ts'
import { refreshSearch } from './search-column.ts'
import { store } from './store.ts'
import { suggestMerges } from './suggest.ts'

export interface ResolveParts {
  readonly clock: Clock
  /** Most others that a new contact is suggested with for saying the same about itself. */
  readonly maxAlike: number
}

/**
 * Each sender's contact, in order. One round trip when all are known, two when some are new; a few more when somebody
 * makes the same person at the same time, or when there is something to suggest.
 */
export async function resolve(
  uow: UnitOfWork,
  senders: readonly Sender[],
  { clock, maxAlike }: ResolveParts,
): Promise<readonly ContactSummary[]> {
  const now = clock.now()
  const wanted = senders.flatMap((sender) => [...sender.identities.map(normalise), ...hintsOf(sender)])
  let plan = planResolve(senders, await lookup(uow, wanted), newId)
  const { lost, made, alike } = await store(uow, plan, { now, maxAlike })
  let gone: ReadonlySet<string> = new Set()
  if (lost.length > 0) {
    gone = await giveWay(uow, plan, lost)
    plan = planResolve(senders, await lookup(uow, wanted), newId)
  }
  for (const contactId of made)
    if (!gone.has(contactId)) uow.publish({ type: contactCreated, key: contactId, data: { contactId } })
  await suggestMerges(uow, [...plan.suggestions, ...alike.filter(staying(gone))], newId, now)
  await nameContacts(uow, plan, now)
  return plan.assigned
}

/** A contact that gave way to somebody else's of the same identity is nobody to suggest. */
function staying(gone: ReadonlySet<string>) {
  return ({ contactIds }: MergeSuggestion): boolean => !contactIds.some((id) => gone.has(id))
}

/** Only where there is no name yet: what an agent wrote, and what the first channel said, stays. */
async function nameContacts(uow: UnitOfWork, plan: ResolvePlan, now: Date): Promise<void> {
  if (plan.named.length === 0) return
  await uow.trx.raw(
    `update contacts.contact c set name = w.name, updated_at = ?::timestamptz
     from json_to_recordset(?::json) as w(id uuid, name text)
     where c.tenant_id = ?::uuid and c.id = w.id and c.name = ''`,
    [now, JSON.stringify(plan.named), uow.tenantId],
  )
  await refreshSearch(
    uow,
    plan.named.map((contact) => contact.id),
  )
}
