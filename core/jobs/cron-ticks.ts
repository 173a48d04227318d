import type { Knex } from 'knex'
import type { JobInsert, PgBoss } from 'pg-boss'
import { withTransaction } from '../data/transaction.ts'
import type { Job } from '../plugin/job.ts'
import { transactionForBoss } from './boss-database.ts'
import { nextOccurrence } from './cron.ts'
import { sendOptions } from './job-policy.ts'
import type { JobSettings } from './job-settings.ts'
import { type Attempt, complete } from './job-worker.ts'
import type { KernelTime } from './kernel-time.ts'
import { queueOf, type StoredJob, tickKey, waitingKey } from './stored-job.ts'

export interface CronTicksParts {
  readonly pluginId: string
  readonly boss: PgBoss
  readonly knex: Knex
  readonly time: KernelTime
  readonly settings: JobSettings
  /** Tenants that have the plugin enabled. */
  readonly tenantsOf: (pluginId: string) => Promise<readonly string[]>
}

const tenantsPerInsert = 500

/**
 * Cron by the kernel's clock, over any number of processes. A cron job has one waiting *tick* in the queue, at its next
 * occurrence. Whoever takes the tick puts, in one transaction, one job for each tenant into the queue and the next tick,
 * so an occurrence is neither lost nor doubled. After a standstill the missed occurrences are made up for once. A
 * tenant's job that still waits when the next occurrence comes is not queued twice.
 */
export class CronTicks {
  readonly #parts: CronTicksParts

  constructor(parts: CronTicksParts) {
    this.#parts = parts
  }

  /**
   * At start: makes sure that each cron job has its tick. One that waits for the same expression stays, late or not;
   * unless it waits longer than it should, after the clock was set back.
   */
  async ensure(jobs: Iterable<Job>): Promise<void> {
    const { boss, pluginId, time } = this.#parts
    for (const job of jobs) {
      if (job.cron === undefined) continue
      const found = await boss.findJobs<StoredJob>(queueOf(pluginId), { key: tickKey(job.id), queued: true })
      const waiting = found[0]?.data
      const next = nextOccurrence(job.cron, time.now()).getTime()
      if (waiting?.cron !== job.cron || waiting.due > next) await this.#plan(job, job.cron)
    }
  }

  /** Runs one occurrence. */
  async run(job: Job, stored: StoredJob, attempt: Attempt): Promise<void> {
    const tenants = job.cron === undefined ? [] : await this.#parts.tenantsOf(this.#parts.pluginId)
    await withTransaction(this.#parts.knex, async (trx) => {
      // Read before anything is written, so that the tick's own row is not in the way of the next one's key.
      await complete(this.#parts.boss, trx, attempt)
      for (let from = 0; from < tenants.length; from += tenantsPerInsert) {
        await this.#insert(trx, job, stored, tenants.slice(from, from + tenantsPerInsert))
      }
      if (job.cron !== undefined) await this.#plan(job, job.cron, trx)
    })
  }

  async #insert(trx: Knex.Transaction, job: Job, stored: StoredJob, tenants: readonly string[]): Promise<void> {
    const { boss, pluginId, settings } = this.#parts
    const { retentionSeconds, ...options } = sendOptions(job, settings)
    const rows = tenants.map((tenantId): JobInsert => {
      const data: StoredJob = { job: job.id, tenantId, input: null, due: stored.due }
      return {
        ...options,
        ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
        data,
        singletonKey: waitingKey(tenantId, job.id, '(cron)'),
      }
    })
    await boss.insert(queueOf(pluginId), rows, { db: transactionForBoss(trx) })
  }

  async #plan(job: Job, cron: string, trx?: Knex.Transaction): Promise<void> {
    const { boss, pluginId, settings, time } = this.#parts
    const due = nextOccurrence(cron, time.now())
    const data: StoredJob = { job: job.id, input: null, due: due.getTime(), cron }
    await boss.upsert(queueOf(pluginId), data, {
      ...sendOptions(job, settings),
      singletonKey: tickKey(job.id),
      startAfter: time.realMoment(due.getTime()),
      match: 'all',
      ...(trx === undefined ? {} : { db: transactionForBoss(trx) }),
    })
  }
}
