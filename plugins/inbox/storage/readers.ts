import type { UnitOfWork } from '@parley/core'

/** Nobody counts further: screens show `99+`. */
const MOST = 100

interface Reading {
  readonly userId: string
  readonly conversationId: string
  /** True: to the end. False: up to before the customer's last message. */
  readonly read: boolean
  readonly now: Date
}

/** Moves how far a person has read. False when they were there already. */
export async function moveReader(uow: UnitOfWork, { userId, conversationId, read, now }: Reading): Promise<boolean> {
  const { rows } = await uow.trx.raw<{ rows: unknown[] }>(
    `with place as (
       select coalesce(max(seq), 0) - ? as seq from inbox.message
       where tenant_id = ?::uuid and conversation_id = ?::uuid and (? or direction = 'in')
     )
     insert into inbox.reader as r (tenant_id, user_id, conversation_id, last_seq, updated_at)
     select ?::uuid, ?, ?::uuid, place.seq, ?::timestamptz from place
     on conflict (tenant_id, user_id, conversation_id)
     do update set last_seq = excluded.last_seq, updated_at = excluded.updated_at where r.last_seq <> excluded.last_seq
     returning 1`,
    [read ? 0 : 1, uow.tenantId, conversationId, read, uow.tenantId, userId, conversationId, now],
  )
  return rows.length > 0
}

/** Customers' messages that a person has not read, by conversation; at most 100 of each are counted. */
export async function unreadOf(
  uow: UnitOfWork,
  userId: string,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (conversationIds.length === 0) return new Map()
  const { rows } = await uow.trx.raw<{ rows: { id: string; unread: number }[] }>(
    `select w.id, c.unread from unnest(?::uuid[]) as w(id)
     left join lateral (
       select rr.last_seq from inbox.reader rr
       where rr.tenant_id = ?::uuid and rr.user_id = ? and rr.conversation_id = w.id limit 1
     ) r on true
     cross join lateral (
       select count(*)::int as unread from (
         select 1 from inbox.message m
         where m.tenant_id = ?::uuid and m.conversation_id = w.id and m.seq > coalesce(r.last_seq, 0)
           and m.direction = 'in'
         order by m.seq desc limit ?
       ) newest
     ) c`,
    [[...conversationIds], uow.tenantId, userId, uow.tenantId, MOST],
  )
  return new Map(rows.map(({ id, unread }) => [id, unread]))
}
