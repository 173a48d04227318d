import { type Clock, contactUnmerged, type Identity, type Result, refuse, type UnitOfWork } from '@parley/core'
import { keepHints } from '../directory/hints.ts'
import { refreshSearch } from '../directory/search-column.ts'
import { giveBack, type Taken } from '../domain/take-over.ts'
import { lockContacts } from './lock.ts'

export type UndoRefusal = 'merge-not-found' | 'already-undone'

interface MergeRow {
  readonly source_id: string
  readonly target_id: string
  readonly moved: readonly Identity[]
  readonly taken: Taken
  readonly undone_at: Date | null
}

/**
 * Puts back what the merge moved. When the target was merged on since, the identities are taken from where they are now;
 * identities that came after the merge stay with the target.
 */
export async function undoMerge(
  uow: UnitOfWork,
  undo: { readonly mergeId: string; readonly by: string },
  clock: Clock,
): Promise<Result<{ sourceId: string; targetId: string }, UndoRefusal>> {
  const merge: MergeRow | undefined = await uow
    .trx('contacts.merge')
    .where({ tenant_id: uow.tenantId, id: undo.mergeId })
    .forUpdate()
    .first()
  if (merge === undefined) return refuse('merge-not-found', `There is no merge ${undo.mergeId}.`)
  if (merge.undone_at !== null) return refuse('already-undone', 'This merge was undone before.')
  const { source_id: sourceId, target_id: targetId } = merge
  const now = clock.now()
  const holder = await endOfChain(uow, targetId)
  const contacts = await lockContacts(uow, [sourceId, targetId, holder])
  await moveBack(uow, merge.moved, holder, sourceId)
  const source = contacts.get(sourceId)
  const target = contacts.get(targetId)
  if (source !== undefined && target !== undefined) {
    const fields = giveBack(target, merge.taken, source)
    await uow
      .trx('contacts.contact')
      .where({ tenant_id: uow.tenantId, id: targetId })
      .update({ ...fields, attributes: JSON.stringify(fields.attributes), updated_at: now })
    await keepHints(uow, [{ id: targetId, attributes: fields.attributes }])
  }
  await uow
    .trx('contacts.contact')
    .where({ tenant_id: uow.tenantId, id: sourceId })
    .update({ merged_into: null, updated_at: now })
  await uow
    .trx('contacts.merge')
    .where({ tenant_id: uow.tenantId, id: undo.mergeId })
    .update({ undone_by: undo.by, undone_at: now })
  await refreshSearch(uow, [sourceId, targetId, holder])
  uow.publish({ type: contactUnmerged, key: targetId, data: { mergeId: undo.mergeId, sourceId, targetId } })
  return { ok: true, sourceId, targetId }
}

/** The contact that speaks for this one today. */
async function endOfChain(uow: UnitOfWork, id: string): Promise<string> {
  const { rows } = await uow.trx.raw<{ rows: { id: string }[] }>(
    `with recursive chain(id, next, depth) as (
       select id, merged_into, 0 from contacts.contact where tenant_id = ?::uuid and id = ?::uuid
       union all
       select c.id, c.merged_into, chain.depth + 1
       from chain join contacts.contact c on c.tenant_id = ?::uuid and c.id = chain.next
     )
     select id from chain order by depth desc limit 1`,
    [uow.tenantId, id, uow.tenantId],
  )
  return rows[0]?.id ?? id
}

async function moveBack(uow: UnitOfWork, moved: readonly Identity[], from: string, to: string): Promise<void> {
  await uow.trx.raw(
    `update contacts.identity i set contact_id = ?::uuid
     from json_to_recordset(?::json) as w(kind text, scope text, value text)
     where i.tenant_id = ?::uuid and i.kind = w.kind and i.scope = w.scope and i.value = w.value and i.contact_id = ?::uuid`,
    [to, JSON.stringify(moved), uow.tenantId, from],
  )
}
