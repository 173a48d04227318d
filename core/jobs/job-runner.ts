import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { PgBoss } from 'pg-boss'
import type { TransactionRunner } from '../data/transaction-runner.ts'
import { asUnavailable } from '../data/unavailable.ts'
import type { Job, JobQueue } from '../plugin/job.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { noTracing, type Tracing } from '../telemetry/tracing.ts'
import { ClockFollower } from './clock-follower.ts'
import { CronTicks } from './cron-ticks.ts'
import { DeadJobs } from './dead-jobs.ts'
import { JobRegistry } from './job-registry.ts'
import { jobSchema } from './job-schema.ts'
import { defaultJobSettings, type JobSettings } from './job-settings.ts'
import { JobWorker, type TakenJob } from './job-worker.ts'
import { KernelTime } from './kernel-time.ts'
import { makeBoss } from './make-boss.ts'
import { PluginQueue } from './plugin-queue.ts'
import { deadQueue, queueOf } from './stored-job.ts'

export interface JobRunnerOptions {
  /** The application's pool. */
  readonly knex: Knex
  readonly database: TransactionRunner
  readonly clock: Clock
  readonly log: Logger
  readonly settings?: Partial<JobSettings>
  /** Default: nothing is traced. */
  readonly tracing?: Tracing
  /** Is the plugin started and enabled for the tenant? */
  readonly gate: (pluginId: string, tenantId: string) => boolean | Promise<boolean>
  /** Tenants that have the plugin enabled: a cron job runs for each. */
  readonly tenantsOf: (pluginId: string) => Promise<readonly string[]>
}

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
  readonly #follower: ClockFollower
  readonly #registry = new JobRegistry()
  readonly #workers: string[] = []
  readonly dead: DeadJobs
  #opened: Promise<void> | undefined

  constructor(options: JobRunnerOptions) {
    const { knex, clock, log } = options
    this.#options = options
    this.#settings = { ...defaultJobSettings, ...options.settings }
    this.#time = new KernelTime(clock)
    this.#boss = makeBoss(knex, log)
    this.#follower = new ClockFollower({
      clock,
      time: this.#time,
      knex,
      log,
      queues: () => this.#registry.queues(),
      wake: () => this.#wakeWorkers(),
    })
    this.dead = new DeadJobs(this.#boss)
  }

  /** The plugin's `jobs` port. */
  forPlugin(pluginId: string): JobQueue {
    return new PluginQueue({
      ...this.#parts(pluginId),
      wake: (movesSeen) => {
        this.#follower.committed(movesSeen)
        this.#wakeWorkers()
      },
    })
  }

  /** @throws ParleyError `job.duplicate`, `job.cron`: nothing is added then */
  add(pluginId: string, jobs: readonly Job[]): void {
    this.#registry.add(pluginId, jobs, this.#time.now())
  }

  /** Makes the queues; jobs can be queued from then on. @throws UnavailableError */
  async open(): Promise<void> {
    this.#opened ??= this.#open()
    await this.#opened
  }

  async #open(): Promise<void> {
    try {
      await this.#boss.start()
      await this.#boss.createQueue(deadQueue, { retentionSeconds: this.#settings.keepDeadDays * 86_400, retryLimit: 0 })
      for (const queue of this.#registry.queues()) {
        await this.#boss.createQueue(queue, { policy: 'short', deadLetter: deadQueue })
      }
      await this.#follower.start()
    } catch (error) {
      this.#opened = undefined
      throw asUnavailable(error)
    }
  }

  /** Begins to run jobs. Call it when the plugins have started: a job of a plugin that is off is passed over. */
  async start(): Promise<void> {
    await this.open()
    for (const pluginId of this.#registry.plugins()) {
      const parts = this.#parts(pluginId)
      const { database, log, gate, tenantsOf } = this.#options
      const ticks = new CronTicks({ ...parts, tenantsOf })
      await ticks.ensure(parts.jobs.values())
      await this.#work(
        pluginId,
        new JobWorker({
          ...parts,
          database: database.as(`/plugins/${pluginId}`),
          log,
          gate,
          tick: async (job, stored, attempt) => {
            await ticks.run(job, stored, attempt)
            this.#wakeWorkers()
          },
        }),
      )
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
    this.#follower.stop()
    if (this.#opened === undefined) return
    await this.#opened.catch(() => undefined)
    await this.#follower.settled()
    await this.#boss.stop({ graceful: true, close: false, timeout: drainMs })
    this.#opened = undefined
  }

  /** Resolves when no job is due or running any more: for tests, and to drain before maintenance. */
  async idle(): Promise<void> {
    await this.#follower.settled()
    while (await this.#isBusy()) {
      this.#wakeWorkers()
      await pause(20)
    }
  }

  async #isBusy(): Promise<boolean> {
    const { rows } = await this.#options.knex.raw<{ rows: { busy: boolean }[] }>(
      `select exists (select from ${jobSchema}.job where name = any(?)
         and (state = 'active' or state in ('created', 'retry') and start_after <= ${jobSchema}.job_now())) as busy`,
      [[...this.#registry.queues()]],
    )
    return rows[0]?.busy === true
  }

  #wakeWorkers(): void {
    for (const id of this.#workers) this.#boss.notifyWorker(id)
  }

  #parts(pluginId: string) {
    return {
      pluginId,
      boss: this.#boss,
      knex: this.#options.knex,
      time: this.#time,
      settings: this.#settings,
      tracing: this.#options.tracing ?? noTracing,
      jobs: this.#registry.jobsOf(pluginId),
    }
  }
}
