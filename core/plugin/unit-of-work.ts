import type { Knex } from 'knex'
import type { NewEvent } from './event.ts'

/**
 * One transaction for one tenant. Row-level security hides every other tenant's rows from `trx`, whatever the query says.
 * Events are buffered and appended to the log as the last statement before COMMIT, so they exist exactly when the rows do.
 */
export interface UnitOfWork {
  readonly tenantId: string
  readonly trx: Knex.Transaction
  /** Validates now (throws `event.invalid` naming the field), appends at commit. */
  publish<T>(event: NewEvent<T>): void
  /** Runs after COMMIT, never after a rollback. For wake-ups only: what must happen belongs in an event. */
  afterCommit(effect: () => void): void
}

export interface TransactionOptions {
  /** Continues a request's or an event's correlation id; a new one otherwise. */
  readonly correlationId?: string
  /** Event that caused the work. */
  readonly causationId?: string
}

/** The only way to the database. There is no query without a tenant. */
export interface Database {
  transaction<T>(tenantId: string, work: (uow: UnitOfWork) => Promise<T>, options?: TransactionOptions): Promise<T>
}
