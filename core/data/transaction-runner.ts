import type { Knex } from 'knex'
import type { EventAppender } from '../events/appender.ts'
import type { Database, TransactionOptions, UnitOfWork } from '../plugin/unit-of-work.ts'
import { PendingWork } from './pending-work.ts'
import { withTenant } from './transaction.ts'

export interface TransactionRunnerOptions {
  readonly knex: Knex
  readonly events: EventAppender
  /** `source` of what is published; see {@link TransactionRunner.as}. */
  readonly source?: string
  /** Told about an after-commit effect that threw: a bug of its owner's. Default: a process warning. */
  readonly onEffectError?: (error: unknown) => void
}

/**
 * The `database` port. A unit of work is: BEGIN with the tenant (one message) → the work → the buffered events → COMMIT
 * → effects. Three round trips more than the work's own statements when it publishes, two when it does not.
 */
export class TransactionRunner implements Database {
  readonly #options: TransactionRunnerOptions

  constructor(options: TransactionRunnerOptions) {
    this.#options = options
  }

  /** The same database, publishing under another source: each plugin is handed `as('/plugins/<id>')`. */
  as(source: string): TransactionRunner {
    return new TransactionRunner({ ...this.#options, source })
  }

  /**
   * @throws UnavailableError `database.unavailable`, `database.busy`
   * @throws ParleyError `tenant.invalid`, `database.rolled-back`; whatever `work` throws, after the rollback
   */
  async transaction<T>(
    tenantId: string,
    work: (uow: UnitOfWork) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const { knex, events, source = '/kernel', onEffectError = warn } = this.#options
    const pending = new PendingWork(events)
    const result = await withTenant(knex, tenantId, async (trx) => {
      const value = await work(pending.unitOfWork(trx, tenantId, source, options))
      await pending.append(trx)
      return value
    })
    pending.committed(onEffectError)
    return result
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)))
}
