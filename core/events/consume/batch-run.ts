import type { Knex } from 'knex'
import { PendingWork } from '../../data/pending-work.ts'
import { enterTenant } from '../../data/tenant-setting.ts'
import type { EventAppender } from '../appender.ts'
import type { HandlerCall } from './handler-call.ts'
import { type Attempt, slices, type TenantBatch } from './tenant-batches.ts'

/** The transaction cannot be saved: some events of it failed together, or one is still running. */
export class BatchFailed extends Error {
  readonly events: readonly Attempt[]
  /** The handler overran its deadline and may still be using the transaction. */
  readonly late: boolean

  constructor(events: readonly Attempt[], late: boolean, cause: unknown) {
    super('a batch failed', { cause })
    this.events = events
    this.late = late
  }
}

/** What to do with a single event that failed by itself; true when its key must wait from now on. */
export type OnFailure = (event: Attempt, error: unknown) => boolean

export interface BatchRunParts {
  readonly call: HandlerCall
  readonly appender: EventAppender
  readonly batch: number
}

/**
 * Runs handlers inside one transaction, tenant after tenant. `straight` is the usual way: no savepoints, any failure
 * spoils the transaction. `careful` is what follows a failure: every slice under a savepoint, halved until the failing
 * events stand alone, so that one bad event among two hundred costs some sixteen calls and not two hundred.
 */
export class BatchRun {
  readonly #parts: BatchRunParts
  readonly #trx: Knex.Transaction
  readonly #pending: PendingWork
  #tenant: string | undefined

  /** @param tenant the one that the transaction has entered already */
  constructor(parts: BatchRunParts, trx: Knex.Transaction, pending: PendingWork, tenant: string | undefined) {
    this.#parts = parts
    this.#trx = trx
    this.#pending = pending
    this.#tenant = tenant
  }

  /** @throws BatchFailed */
  async straight(batches: readonly TenantBatch[]): Promise<void> {
    for (const { tenantId, events } of batches) {
      await this.#enter(tenantId)
      for (const slice of slices(events, this.#parts.batch)) {
        const outcome = await this.#parts.call.run(this.#trx, this.#pending, tenantId, slice)
        if (!outcome.ok) throw new BatchFailed(slice, outcome.late, outcome.error)
      }
    }
  }

  /**
   * @param onBehind told of events whose key began to wait within this run
   * @throws BatchFailed only when a handler overran its deadline
   */
  async careful(
    batches: readonly TenantBatch[],
    onFailure: OnFailure,
    onBehind: (event: Attempt) => void,
  ): Promise<void> {
    const waiting = new Set<string>()
    const laneOf = (event: Attempt) => `${event.position.topic}\n${event.event.partitionkey}`
    const attempt = async (tenantId: string, all: readonly Attempt[]): Promise<void> => {
      const events = all.filter((event) => !waiting.has(laneOf(event)))
      for (const event of all) if (waiting.has(laneOf(event))) onBehind(event)
      const [only] = events
      if (only === undefined) return
      const failure = await this.#underSavepoint(tenantId, events)
      if (failure === undefined) return
      if (events.length === 1) {
        if (onFailure(only, failure.error)) waiting.add(laneOf(only))
        return
      }
      const middle = Math.ceil(events.length / 2)
      await attempt(tenantId, events.slice(0, middle))
      await attempt(tenantId, events.slice(middle))
    }
    for (const { tenantId, events } of batches) {
      await this.#enter(tenantId)
      for (const slice of slices(events, this.#parts.batch)) await attempt(tenantId, slice)
    }
  }

  async #underSavepoint(tenantId: string, events: readonly Attempt[]): Promise<{ error: unknown } | undefined> {
    const pending = new PendingWork(this.#parts.appender)
    await this.#trx.raw('savepoint parley_batch')
    const outcome = await this.#parts.call.run(this.#trx, pending, tenantId, events)
    if (!outcome.ok && outcome.late) throw new BatchFailed(events, true, outcome.error)
    const error = outcome.ok ? await this.#release() : outcome.error
    if (error === undefined) {
      this.#pending.absorb(pending)
      return undefined
    }
    await this.#trx.raw('rollback to savepoint parley_batch')
    return { error }
  }

  /** A handler that swallowed a failed statement is found out here: the savepoint cannot be released. */
  async #release(): Promise<unknown> {
    try {
      await this.#trx.raw('release savepoint parley_batch')
      return undefined
    } catch (error) {
      return error ?? new Error('release failed')
    }
  }

  async #enter(tenantId: string): Promise<void> {
    if (this.#tenant === tenantId) return
    await enterTenant(this.#trx, tenantId)
    this.#tenant = tenantId
  }
}
