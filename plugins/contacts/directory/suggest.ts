import type { UnitOfWork } from '@parley/core'
import type { MergeSuggestion } from '../domain/plan-resolve.ts'

/** Records that pairs of contacts may be one person. A pair that somebody decided about before stays decided. */
export async function suggestMerges(
  uow: UnitOfWork,
  suggestions: readonly MergeSuggestion[],
  newId: () => string,
  now: Date,
): Promise<void> {
  if (suggestions.length === 0) return
  const rows = suggestions.map(({ contactIds: [first, second], reason }) => ({ id: newId(), first, second, reason }))
  await uow.trx.raw(
    `insert into contacts.merge_suggestion (tenant_id, id, first_id, second_id, reason, created_at)
     select ?::uuid, id, first, second, reason, ?::timestamptz
     from json_to_recordset(?::json) as w(id uuid, first uuid, second uuid, reason text)
     order by first, second
     on conflict (tenant_id, first_id, second_id) do nothing`,
    [uow.tenantId, now, JSON.stringify(rows)],
  )
}
