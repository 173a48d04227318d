import type { Job, JobQueue } from '@parley/core'
import type { Parts } from '../context.ts'

const FORGET = 'forget'
const DAY = 86_400_000

/** Takes away deliveries, with their tries, that were kept long enough. */
export function forget({
  clock,
  jobs,
  settings,
}: Pick<Parts, 'clock' | 'settings'> & { jobs: JobQueue }): Job<unknown> {
  return {
    id: FORGET,
    cron: '17 * * * *',
    async run(_input, uow) {
      const before = new Date(clock.millis() - settings.retentionDays * DAY)
      const old = uow
        .trx('webhooks.delivery')
        .where({ tenant_id: uow.tenantId })
        .where('created_at', '<', before)
        .orderBy('created_at')
        .limit(settings.batch)
        .select('id')
      const gone: number = await uow
        .trx('webhooks.delivery')
        .where({ tenant_id: uow.tenantId })
        .whereIn('id', old)
        .delete()
      if (gone === settings.batch) await jobs.enqueue(uow, FORGET, null)
    },
  }
}
