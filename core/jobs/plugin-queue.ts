import type { PgBoss } from 'pg-boss'
import { ParleyError } from '../plugin/errors.ts'
import type { Job, JobQueue } from '../plugin/job.ts'
import { newId } from '../plugin/new-id.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { transactionForBoss } from './boss-database.ts'
import { sendOptions } from './job-policy.ts'
import type { JobSettings } from './job-settings.ts'
import type { KernelTime } from './kernel-time.ts'
import { assertSmall, queueOf, type StoredJob, waitingKey } from './stored-job.ts'

export interface PluginQueueParts {
  readonly pluginId: string
  readonly boss: PgBoss
  readonly time: KernelTime
  readonly settings: JobSettings
  readonly tracing: Tracing
  /** The plugin's jobs; filled when it has registered. */
  readonly jobs: ReadonlyMap<string, Job>
  /** After COMMIT: a job waits that may be due already. */
  readonly wake: (movesSeen: number) => void
}

/** The `jobs` port of one plugin. Everything happens in the caller's transaction. */
export class PluginQueue implements JobQueue {
  readonly #parts: PluginQueueParts

  constructor(parts: PluginQueueParts) {
    this.#parts = parts
  }

  /** @throws ParleyError `job.unknown`, `job.input-invalid` naming the field, `job.input-too-large` */
  async enqueue(
    uow: UnitOfWork,
    jobId: string,
    input: unknown,
    options: { runAt?: Date; key?: string } = {},
  ): Promise<void> {
    const { boss, time, settings, pluginId, tracing, wake } = this.#parts
    const job = this.#job(jobId)
    const checked = this.#validated(job, input)
    const due = (options.runAt ?? time.now()).getTime()
    const traceparent = tracing.current()
    const data: StoredJob = {
      ...{ job: jobId, tenantId: uow.tenantId, input: checked, due },
      ...(traceparent === undefined ? {} : { traceparent }),
    }
    const moves = time.moves
    const send = {
      ...sendOptions(job, settings),
      startAfter: time.realMoment(due),
      db: transactionForBoss(uow.trx),
    }
    if (options.key === undefined) {
      await boss.send(queueOf(pluginId), data, { ...send, singletonKey: newId() })
    } else {
      const singletonKey = waitingKey(uow.tenantId, jobId, options.key)
      await boss.upsert(queueOf(pluginId), data, { ...send, singletonKey, match: 'all' })
    }
    uow.afterCommit(() => wake(moves))
  }

  async cancel(uow: UnitOfWork, jobId: string, key: string): Promise<void> {
    const { boss, pluginId } = this.#parts
    const queue = queueOf(pluginId)
    const db = transactionForBoss(uow.trx)
    this.#job(jobId)
    const found = await boss.findJobs(queue, { key: waitingKey(uow.tenantId, jobId, key), queued: true, db })
    const ids = found.map((job) => job.id)
    if (ids.length > 0) await boss.cancel(queue, ids, { db })
  }

  #job(jobId: string): Job {
    const job = this.#parts.jobs.get(jobId)
    if (job !== undefined) return job
    const known = [...this.#parts.jobs.keys()].join(', ') || 'none'
    throw new ParleyError('job.unknown', `Plugin ${this.#parts.pluginId} has no job "${jobId}"; its jobs: ${known}.`)
  }

  #validated(job: Job, input: unknown): unknown {
    const { pluginId, settings } = this.#parts
    assertSmall(pluginId, job.id, input, settings.maxInputBytes)
    if (job.input === undefined) return input ?? null
    const { error, value } = job.input.validate(input, { abortEarly: false })
    if (error === undefined) return value
    const fields = error.details.map((detail) => detail.path.join('.') || '(all)').join(', ')
    throw new ParleyError(
      'job.input-invalid',
      `Input of job ${pluginId}.${job.id} does not fit its schema at: ${fields}.`,
    )
  }
}
