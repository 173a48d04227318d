import { type Clock, contactMerged, type Identity, newId, type Result, refuse, type UnitOfWork } from '@parley/core'
import { keepHints } from '../directory/hints.ts'
import { refreshSearch } from '../directory/search-column.ts'
import { pair } from '../domain/plan-resolve.ts'
import { type Taken, takeOver } from '../domain/take-over.ts'
import { lockContacts } from './lock.ts'

export type MergeRefusal = 'same-contact' | 'contact-not-found' | 'already-merged'

/**
 * `source` becomes part of `target`: its identities move, its attributes fill gaps, a block holds on. Everything that
 * moved is written down, so that {@link undoMerge} can put it back. Conversations follow by the event.
 */
export async function mergeContacts(
  uow: UnitOfWork,
  merge: { readonly sourceId: string; readonly targetId: string; readonly by: string },
  clock: Clock,
): Promise<Result<{ mergeId: string }, MergeRefusal>> {
  const { sourceId, targetId, by } = merge
  if (sourceId === targetId) return refuse('same-contact', 'A contact cannot be merged into itself.')
  const contacts = await lockContacts(uow, [sourceId, targetId])
  const source = contacts.get(sourceId)
  const target = contacts.get(targetId)
  if (source === undefined || target === undefined)
    return refuse('contact-not-found', `There is no contact ${source === undefined ? sourceId : targetId}.`)
  const gone = [source, target].find((contact) => contact.mergedInto !== null)
  if (gone !== undefined) return refuse('already-merged', `Contact ${gone.id} was merged into ${gone.mergedInto}.`)
  const now = clock.now()
  const moved = await moveIdentities(uow, sourceId, targetId)
  const { taken, fields } = takeOver(source, target)
  await uow
    .trx('contacts.contact')
    .where({ tenant_id: uow.tenantId, id: targetId })
    .update({ ...fields, attributes: JSON.stringify(fields.attributes), updated_at: now })
  await uow
    .trx('contacts.contact')
    .where({ tenant_id: uow.tenantId, id: sourceId })
    .update({ merged_into: targetId, updated_at: now })
  const mergeId = await record(uow, { sourceId, targetId, by, moved, taken, now })
  await keepHints(uow, [{ id: targetId, attributes: fields.attributes }])
  await refreshSearch(uow, [sourceId, targetId])
  uow.publish({ type: contactMerged, key: targetId, data: { mergeId, sourceId, targetId } })
  return { ok: true, mergeId }
}

async function moveIdentities(uow: UnitOfWork, from: string, to: string): Promise<readonly Identity[]> {
  return uow
    .trx('contacts.identity')
    .where({ tenant_id: uow.tenantId, contact_id: from })
    .update({ contact_id: to })
    .returning(['kind', 'scope', 'value'])
}

interface MergeRecord {
  readonly sourceId: string
  readonly targetId: string
  readonly by: string
  readonly moved: readonly Identity[]
  readonly taken: Taken
  readonly now: Date
}

async function record(uow: UnitOfWork, merge: MergeRecord): Promise<string> {
  const id = newId()
  await uow.trx('contacts.merge').insert({
    tenant_id: uow.tenantId,
    id,
    source_id: merge.sourceId,
    target_id: merge.targetId,
    moved: JSON.stringify(merge.moved),
    taken: JSON.stringify(merge.taken),
    merged_by: merge.by,
    merged_at: merge.now,
  })
  const [first, second] = pair(merge.sourceId, merge.targetId)
  await uow
    .trx('contacts.merge_suggestion')
    .where({ tenant_id: uow.tenantId, first_id: first, second_id: second })
    .update({ status: 'accepted' })
  return id
}
