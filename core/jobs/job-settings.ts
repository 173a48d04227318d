/** Limits of the job room. Times are milliseconds unless the name says otherwise. */
export interface JobSettings {
  /** How often a plugin's queue is looked at for jobs that became due. Jobs without a due time start at once. */
  readonly pollMs: number
  /** Jobs of one plugin that run side by side in one process. */
  readonly concurrency: number
  /** For a job that names no deadline of its own. */
  readonly timeoutMs: number
  /** For a job that names no retries of its own: tries after the first, and the wait before the first of them. */
  readonly retryMax: number
  readonly retryBaseMs: number
  /** Longest wait between tries. */
  readonly retryCapMs: number
  /** Wait of a job that met an outage (database down, circuit open); costs it no try. */
  readonly outageRetryMs: number
  /** A worker that was killed in the middle of a job is noticed after this long, at least 10 s; its job is tried again. */
  readonly lostAfterMs: number
  /** Largest input as JSON: jobs carry ids, what they are about is read when they run. */
  readonly maxInputBytes: number
  /** How long finished jobs and dead letters are kept. */
  readonly keepDoneDays: number
  readonly keepDeadDays: number
}

export const defaultJobSettings: JobSettings = {
  pollMs: 1_000,
  concurrency: 10,
  timeoutMs: 60_000,
  retryMax: 5,
  retryBaseMs: 1_000,
  retryCapMs: 3_600_000,
  outageRetryMs: 2_000,
  lostAfterMs: 15_000,
  maxInputBytes: 4_096,
  keepDoneDays: 1,
  keepDeadDays: 90,
}
