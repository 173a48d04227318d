import type { Clock } from '../plugin/services.ts'
import type { EventSettings } from './settings.ts'
import type { AdminStore } from './store/admin-store.ts'

export interface RetentionReport {
  readonly webhooks: number
  readonly dedupeKeys: number
  readonly segments: number
}

const dayMs = 86_400_000

/**
 * Deletes what has outlived its use: raw webhook envelopes, dedupe keys, and, if so configured, whole segments of the
 * log that every group has passed. To be run daily; one process at a time is enough, several do no harm.
 */
export async function applyRetention(
  admin: AdminStore,
  clock: Clock,
  settings: EventSettings['retention'],
): Promise<RetentionReport> {
  const now = clock.now()
  const before = (days: number) => new Date(now.getTime() - days * dayMs)
  const webhooks = await inBatches(settings.batch, (most) => admin.purgeWebhooks(before(settings.webhookDays), most))
  const dedupeKeys = await inBatches(settings.batch, (most) => admin.purgeDedupe(before(settings.dedupeDays), most))
  if (settings.logDays === 0) return { webhooks, dedupeKeys, segments: 0 }
  await admin.rollSegment(now, before(settings.segmentDays))
  return { webhooks, dedupeKeys, segments: await admin.dropSegments(before(settings.logDays)) }
}

/** Short statements, so that nobody waits long for their locks. */
async function inBatches(size: number, purge: (most: number) => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const count = await purge(size)
    total += count
    if (count < size) return total
  }
}
