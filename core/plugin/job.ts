import type { Schema } from 'joi'
import type { UnitOfWork } from './unit-of-work.ts'

/** Work at a due time, or by the clock. Runs at least once, in its own unit of work. */
export interface Job<I = unknown> {
  /** Unique within the plugin. */
  readonly id: string
  readonly input?: Schema<I>
  /** Five-field cron in UTC. A cron job runs once for every tenant that has the plugin enabled. */
  readonly cron?: string
  readonly timeoutMs?: number
  readonly retry?: { readonly max: number; readonly baseMs: number }
  run(input: I, uow: UnitOfWork, signal: AbortSignal): Promise<void>
}

/** Queues jobs in the caller's transaction: a rollback takes the job with it. */
export interface JobQueue {
  /** `runAt` in the kernel clock's time; absent means now. `key` keeps one waiting job per (tenant, job, key): the newest due time wins. */
  enqueue(uow: UnitOfWork, jobId: string, input: unknown, options?: { runAt?: Date; key?: string }): Promise<void>
  cancel(uow: UnitOfWork, jobId: string, key: string): Promise<void>
}
