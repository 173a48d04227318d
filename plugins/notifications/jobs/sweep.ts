import type { Job } from '@parley/core'
import type { Parts } from '../context.ts'

const DAY = 86_400_000

/**
 * Takes away what was kept long enough. The mailbox remembers up to which revision things are gone: a device that knows
 * less loads everything anew.
 */
export function sweep({ clock, settings }: Pick<Parts, 'clock' | 'settings'>): Job<unknown> {
  const before = (days: number) => new Date(clock.millis() - days * DAY)
  return {
    id: 'sweep',
    cron: '41 3 * * *',
    async run(_input, uow) {
      const { keepDeletedDays, keepReadDays, keepUnreadDays, sweepBatch } = settings
      await uow.trx.raw(
        `with old as (
           select id from notifications.notification
           where tenant_id = ?::uuid and updated_at < ?::timestamptz
             and (deleted_at is not null or updated_at < case when read_at is null then ?::timestamptz else ?::timestamptz end)
           order by updated_at limit ?
         ), gone as (
           delete from notifications.notification n using old where n.tenant_id = ?::uuid and n.id = old.id
           returning n.user_id, n.revision, n.read_at is null and n.deleted_at is null as unread
         ), sums as (
           select user_id, max(revision) as highest, count(*) filter (where unread) as unread from gone group by user_id
         )
         update notifications.mailbox m set floor = greatest(m.floor, s.highest), unread = m.unread - s.unread
         from sums s where m.tenant_id = ?::uuid and m.user_id = s.user_id`,
        [
          uow.tenantId,
          before(keepDeletedDays),
          before(keepUnreadDays),
          before(keepReadDays),
          sweepBatch,
          uow.tenantId,
          uow.tenantId,
        ] as never[],
      )
    },
  }
}
