import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss'
import { asUnavailable } from '../data/unavailable.ts'
import { withDeadline } from '../kernel/deadline.ts'
import { ParleyError, reasonOf, UnavailableError } from '../plugin/errors.ts'
import type { Job } from '../plugin/job.ts'
import type { Logger } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { affectedBy, transactionForBoss } from './boss-database.ts'
import { deadlineOf } from './job-policy.ts'
import { jobSchema } from './job-schema.ts'
import type { JobSettings } from './job-settings.ts'
import type { StoredJob } from './stored-job.ts'

export interface JobWorkerParts {
  readonly pluginId: string
  readonly boss: PgBoss
  readonly knex: Knex
  /** Publishes as this plugin. */
  readonly database: Database
  readonly jobs: ReadonlyMap<string, Job>
  readonly settings: JobSettings
  readonly tracing: Tracing
  readonly log: Logger
  /** Is the plugin on for the tenant? When not, its jobs are passed over, as events are. */
  readonly gate: (pluginId: string, tenantId: string) => boolean | Promise<boolean>
  /** Runs one occurrence of a cron job. */
  readonly tick: (job: Job, stored: StoredJob, attempt: Attempt) => Promise<void>
}

/** What names one try of one job, so that only the holder of that try can finish it. */
export interface Attempt {
  readonly queue: string
  readonly id: string
  readonly retryCount: number
}

export type TakenJob = JobWithMetadata<StoredJob>

/**
 * Runs jobs of one plugin. A job taken from the queue ends in one of these ways:
 *
 * - done: its unit of work and its completion are one transaction, so its database effects happen exactly once even
 *   when the process dies in between (effects outside may be repeated)
 * - passed over: the plugin is off for the tenant
 * - put back, at no cost: the storage was down, or a circuit was open
 * - failed: tried again after a growing wait, dead-lettered after the last try
 * - dead at once: nobody knows the job, or its input no longer fits its schema; repeating would change nothing
 */
export class JobWorker {
  readonly #parts: JobWorkerParts

  constructor(parts: JobWorkerParts) {
    this.#parts = parts
  }

  /** Side by side; each job has an outcome of its own. */
  runAll(taken: readonly TakenJob[]): Promise<JobResult[]> {
    return Promise.all(taken.map((one) => this.#run(one)))
  }

  async #run(taken: TakenJob): Promise<JobResult> {
    const { jobs, pluginId } = this.#parts
    const stored = taken.data
    const attempt: Attempt = { queue: taken.name, id: taken.id, retryCount: taken.retryCount }
    const job = jobs.get(stored.job)
    if (job === undefined) return this.#dead(taken, 'job.unknown', `plugin ${pluginId} has no job "${stored.job}"`)
    try {
      if (stored.cron !== undefined) await this.#parts.tick(job, stored, attempt)
      else if (stored.tenantId !== undefined)
        return await this.#runForTenant(job, stored, stored.tenantId, taken, attempt)
      return { id: taken.id, status: 'completed' }
    } catch (error) {
      return this.#failed(taken, attempt, error)
    }
  }

  async #runForTenant(
    job: Job,
    stored: StoredJob,
    tenantId: string,
    taken: TakenJob,
    attempt: Attempt,
  ): Promise<JobResult> {
    const { database, gate, pluginId, settings, tracing, boss } = this.#parts
    if (!(await gate(pluginId, tenantId)))
      return { id: taken.id, status: 'completed', output: { passedOver: 'plugin-off' } }
    const checked: { value: unknown; error?: unknown } = job.input?.validate(stored.input) ?? { value: stored.input }
    if (checked.error !== undefined)
      return this.#dead(taken, 'job.input-invalid', `input of ${stored.job} no longer fits`)
    const options = stored.correlationId === undefined ? {} : { correlationId: stored.correlationId }
    const work = async (uow: Parameters<Job['run']>[1]) => {
      await withDeadline(`job ${pluginId}.${job.id}`, deadlineOf(job, settings), (deadline) =>
        job.run(checked.value, uow, AbortSignal.any([deadline, taken.signal])),
      )
      await complete(boss, uow.trx, attempt)
    }
    const run = () => database.transaction(tenantId, work, options)
    await tracing.resume(`job ${pluginId}.${job.id}`, stored.traceparent, run)
    return { id: taken.id, status: 'completed' }
  }

  async #failed(taken: TakenJob, attempt: Attempt, error: unknown): Promise<JobResult> {
    const { log, pluginId } = this.#parts
    const fields = { plugin: pluginId, job: taken.data.job, tenantId: taken.data.tenantId, jobId: taken.id }
    const outcome = {
      code: error instanceof ParleyError ? error.code : 'job.failed',
      reason: reasonOf(error).slice(0, 300),
    }
    if (error instanceof UnavailableError) {
      log.warn({ ...fields, ...outcome }, 'job put back: what it needs is unavailable')
      await this.#putBack(attempt, taken.signal)
      return { id: taken.id, status: 'completed' }
    }
    const last = taken.retryCount >= taken.retryLimit
    log.error({ ...fields, ...outcome, attempt: taken.retryCount + 1, last, error }, 'job failed')
    return { id: taken.id, status: 'failed', output: outcome }
  }

  #dead(taken: TakenJob, code: string, reason: string): JobResult {
    const { log, pluginId } = this.#parts
    log.error({ plugin: pluginId, job: taken.data.job, jobId: taken.id, code, reason }, 'job dead-lettered untried')
    return { id: taken.id, status: 'deadletter', output: { code, reason } }
  }

  /**
   * Back to waiting, with one more try allowed: this one does not count. The settlement that follows finds nothing to
   * settle. While the database is away this waits for it; otherwise the job would look taken until its claim runs out.
   */
  async #putBack(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { knex, settings } = this.#parts
    while (!signal.aborted) {
      try {
        await knex.raw(
          `update ${jobSchema}.job set state = 'retry', retry_limit = retry_limit + 1,
             start_after = ${jobSchema}.job_now() + :wait * interval '1 millisecond'
           where name = :queue and id = :id and retry_count = :retryCount and state = 'active'`,
          { ...attempt, wait: settings.outageRetryMs },
        )
        return
      } catch (error) {
        const outage = asUnavailable(error)
        if (!(outage instanceof UnavailableError)) throw error
        await pause(settings.outageRetryMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }
}

/**
 * Marks the try done in its own transaction.
 *
 * @throws ParleyError `job.claim-lost` when it took so long that somebody else has the job now: this try is rolled back
 */
export async function complete(boss: PgBoss, trx: Knex.Transaction, attempt: Attempt): Promise<void> {
  const { queue, id, retryCount } = attempt
  const answer = await boss.complete(queue, { id, retryCount }, null, { db: transactionForBoss(trx) })
  if (affectedBy(answer) === 1) return
  throw new ParleyError('job.claim-lost', `Job ${id} of ${queue} was given to another worker before this try ended.`)
}
