import type { SendOptions } from 'pg-boss'
import type { Job } from '../plugin/job.ts'
import type { JobSettings } from './job-settings.ts'
import { deadQueue } from './stored-job.ts'

/** pg-boss' own deadline comes after ours: it only ever meets jobs whose worker lives and hangs for good. */
const expiryMarginMs = 30_000

/** pg-boss refuses less. */
const leastHeartbeatSeconds = 10

/** Jobs wait for their plugin as long as it takes; pg-boss would delete them after a fortnight. */
const keepWaitingSeconds = 10 * 365 * 86_400

export function deadlineOf(job: Job, settings: JobSettings): number {
  return job.timeoutMs ?? settings.timeoutMs
}

/** A job's retry rules in pg-boss' words; its unit is the second, so waits are rounded up. */
export function sendOptions(job: Job, settings: JobSettings): SendOptions {
  return {
    retryLimit: job.retry?.max ?? settings.retryMax,
    retryDelay: seconds(job.retry?.baseMs ?? settings.retryBaseMs),
    retryDelayMax: seconds(settings.retryCapMs),
    retryBackoff: true,
    expireInSeconds: seconds(deadlineOf(job, settings) + expiryMarginMs),
    heartbeatSeconds: Math.max(leastHeartbeatSeconds, seconds(settings.lostAfterMs)),
    retentionSeconds: keepWaitingSeconds,
    deleteAfterSeconds: settings.keepDoneDays * 86_400,
    deadLetter: deadQueue,
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
