import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import { PgBoss } from 'pg-boss'
import type { TransactionRunner } from '../data/transaction-runner.ts'
import { asUnavailable } from '../data/unavailable.ts'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import type { Job, JobQueue } from '../plugin/job.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { poolForBoss } from './boss-database.ts'
import { nextOccurrence } from './cron.ts'
import { CronTicks } from './cron-ticks.ts'
import { DeadJobs } from './dead-jobs.ts'
import { jobSchema } from './job-schema.ts'
import { defaultJobSettings, type JobSettings } from './job-settings.ts'
import { JobWorker, type TakenJob } from './job-worker.ts'
import { KernelTime } from './kernel-time.ts'
import { PluginQueue } from './plugin-queue.ts'
import { deadQueue, queueOf } from './stored-job.ts'

export interface JobRunnerOptions {
  /** The application's pool. */
  readonly knex: Knex
  readonly database: TransactionRunner
  readonly clock: Clock
  readonly log: Logger
  readonly settings?: Partial<JobSettings>
  /** Is the plugin started and enabled for the tenant? */
  readonly gate: (pluginId: string, tenantId: string) => boolean | Promise<boolean>
  /** Tenants that have the plugin enabled: a cron job runs for each. */
  readonly tenantsOf: (pluginId: string) => Promise<readonly string[]>
}

/** How often lost jobs are looked for, and finished ones cleared away. */
const superviseSeconds = 10

/**
 * Due-time jobs over pg-boss, by the kernel's clock. In order: `forPlugin` any time (plugins get their queue before they
 * register) → `add` what they contributed → `open`, after which jobs can be queued → `start`, after which they run →
 * `stop`. Its tables are made by `migrate`.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions
  readonly #settings: JobSettings
  readonly #boss: PgBoss
  readonly #time: KernelTime
  readonly #plugins = new Map<string, Map<string, Job>>()
  readonly #workers: string[] = []
  readonly dead: DeadJobs
  #opened: Promise<void> | undefined
  #aligning: Promise<void> = Promise.resolve()
  #stopListening: (() => void) | undefined
  #complaint = { reason: '', at: 0 }

  constructor(options: JobRunnerOptions) {
    this.#options = options
    this.#settings = { ...defaultJobSettings, ...options.settings }
    this.#time = new KernelTime(options.clock)
    this.#boss = new PgBoss({
      db: poolForBoss(options.knex),
      schema: jobSchema,
      migrate: false,
      createSchema: false,
      schedule: false,
      superviseIntervalSeconds: superviseSeconds,
      monitorIntervalSeconds: superviseSeconds,
      // Both need rights over the tables that the application does not have.
      reindex: false,
      monitorVacuum: false,
    })
    this.dead = new DeadJobs(this.#boss)
    this.#boss.on('error', (error) => this.#complain(reasonOf(error)))
  }

  /** Every queue complains at every poll while the database is away: the same words once in half a minute are enough. */
  #complain(reason: string): void {
    const now = performance.now()
    if (this.#complaint.reason === reason && now - this.#complaint.at < 30_000) return
    this.#complaint = { reason, at: now }
    this.#options.log.warn({ reason }, 'job queue')
  }

  /** The plugin's `jobs` port. */
  forPlugin(pluginId: string): JobQueue {
    return new PluginQueue({
      pluginId,
      boss: this.#boss,
      time: this.#time,
      settings: this.#settings,
      jobs: this.#jobsOf(pluginId),
      wake: (movesSeen) => {
        // The clock was moved between queueing and COMMIT: the move could not see this job.
        if (movesSeen !== this.#time.moves) this.#align(0)
        this.#wakeWorkers()
      },
    })
  }

  /** @throws ParleyError `job.duplicate`, `job.cron`: nothing is added then */
  add(pluginId: string, jobs: readonly Job[]): void {
    const known = this.#jobsOf(pluginId)
    for (const [index, job] of jobs.entries()) {
      const twice = known.has(job.id) || jobs.findIndex((other) => other.id === job.id) !== index
      if (twice) throw new ParleyError('job.duplicate', `Plugin ${pluginId} contributes job "${job.id}" twice.`)
      if (job.cron !== undefined) nextOccurrence(job.cron, this.#time.now())
    }
    for (const job of jobs) known.set(job.id, job)
  }

  /** Makes the queues; jobs can be queued from then on. */
  async open(): Promise<void> {
    this.#opened ??= this.#open()
    await this.#opened
  }

  async #open(): Promise<void> {
    try {
      await this.#boss.start()
      await this.#boss.createQueue(deadQueue, { retentionSeconds: this.#settings.keepDeadDays * 86_400, retryLimit: 0 })
      for (const pluginId of this.#withJobs()) {
        await this.#boss.createQueue(queueOf(pluginId), { policy: 'short', deadLetter: deadQueue })
      }
      await this.#realign(0)
    } catch (error) {
      this.#opened = undefined
      throw asUnavailable(error)
    }
    this.#stopListening = this.#options.clock.onJump?.((movedMs) => this.#align(movedMs))
  }

  /** Begins to run jobs. Call it when the plugins have started: a job of a plugin that is off is passed over. */
  async start(): Promise<void> {
    await this.open()
    for (const pluginId of this.#withJobs()) {
      const ticks = new CronTicks({ ...this.#parts(pluginId), tenantsOf: this.#options.tenantsOf })
      await ticks.ensure(this.#jobsOf(pluginId).values())
      const worker = new JobWorker({
        ...this.#parts(pluginId),
        database: this.#options.database.as(`/plugins/${pluginId}`),
        jobs: this.#jobsOf(pluginId),
        log: this.#options.log,
        gate: this.#options.gate,
        tick: async (job, stored, attempt) => {
          await ticks.run(job, stored, attempt)
          this.#wakeWorkers()
        },
      })
      await this.#work(pluginId, worker)
    }
  }

  async #work(pluginId: string, worker: JobWorker): Promise<void> {
    const { concurrency, pollMs } = this.#settings
    const options = {
      batchSize: concurrency,
      includeMetadata: true,
      perJobResults: true,
      burstWhenBatchFull: concurrency > 1,
      pollingIntervalSeconds: pollMs / 1000,
    } as const
    const id = await this.#boss.work<TakenJob['data'], unknown, typeof options>(queueOf(pluginId), options, (taken) =>
      worker.runAll(taken),
    )
    this.#workers.push(id)
  }

  /** Lets running jobs finish for at most `drainMs`, then aborts their signals; what was cut off runs again later. */
  async stop(drainMs: number): Promise<void> {
    this.#stopListening?.()
    if (this.#opened === undefined) return
    await this.#opened.catch(() => undefined)
    await this.#aligning
    await this.#boss.stop({ graceful: true, close: false, timeout: drainMs })
    this.#opened = undefined
  }

  /** Resolves when no job is due or running any more: for tests, and to drain before maintenance. */
  async idle(): Promise<void> {
    await this.#aligning
    for (;;) {
      this.#wakeWorkers()
      const { rows } = await this.#options.knex.raw<{ rows: { busy: boolean }[] }>(
        `select exists (select from ${jobSchema}.job where name = any(?)
           and (state = 'active' or state in ('created', 'retry') and start_after <= ${jobSchema}.job_now())) as busy`,
        [this.#queues()],
      )
      if (rows[0]?.busy !== true) return
      await pause(20)
    }
  }

  #align(movedMs: number): void {
    this.#aligning = this.#aligning
      .then(() => this.#realign(movedMs))
      .catch((error) => this.#options.log.error({ reason: reasonOf(error) }, 'due times do not follow the moved clock'))
      .then(() => this.#wakeWorkers())
  }

  async #realign(movedMs: number): Promise<void> {
    if (this.#options.clock.onJump === undefined) return
    await this.#time.realign(this.#options.knex, this.#queues(), movedMs)
  }

  #wakeWorkers(): void {
    for (const id of this.#workers) this.#boss.notifyWorker(id)
  }

  #parts(pluginId: string) {
    return { pluginId, boss: this.#boss, knex: this.#options.knex, time: this.#time, settings: this.#settings }
  }

  #jobsOf(pluginId: string): Map<string, Job> {
    const known = this.#plugins.get(pluginId) ?? new Map<string, Job>()
    this.#plugins.set(pluginId, known)
    return known
  }

  #withJobs(): readonly string[] {
    return [...this.#plugins].filter(([, jobs]) => jobs.size > 0).map(([pluginId]) => pluginId)
  }

  #queues(): string[] {
    return this.#withJobs().map(queueOf)
  }
}
