import type { UnitOfWork } from '@parley/core'

/** A message of ours that a watermark may concern. */
export interface Awaiting {
  readonly id: string
  readonly threadId: string
  /** When the vendor was called; for what the business wrote elsewhere, when it did. */
  readonly sentAt: Date
}

/** Sent and not known to be read, among the newest `reach` messages of each thread. One round trip. */
export async function awaitingWatermark(
  uow: UnitOfWork,
  threadIds: readonly string[],
  reach: number,
): Promise<readonly Awaiting[]> {
  if (threadIds.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: Awaiting[] }>(
    `select m.id, m.thread_id as "threadId", coalesce(s.attempted_at, m.occurred_at) as "sentAt"
     from unnest(?::uuid[]) as w(id)
     cross join lateral (
       select * from inbox.message mm where mm.tenant_id = ?::uuid and mm.thread_id = w.id order by mm.seq desc limit ?
     ) m
     left join lateral (
       select ss.attempted_at from inbox.send ss where ss.tenant_id = ?::uuid and ss.message_id = m.id limit 1
     ) s on true
     where m.direction = 'out' and m.status in ('sent', 'delivered') order by m.seq`,
    [[...threadIds], uow.tenantId, reach, uow.tenantId],
  )
  return rows
}
