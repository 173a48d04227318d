/// <reference path="./knex-postgres.d.ts" />
import PostgresTransaction from 'knex/lib/dialects/postgres/execution/pg-transaction.js'
import PostgresClient, { type QueryObject } from 'knex/lib/dialects/postgres/index.js'
import { ParleyError } from '../plugin/errors.ts'
import { tenantStatement } from './tenant-setting.ts'

/** Our addition to knex's transaction options. */
export interface TenantTransactionConfig {
  /** The tenant that row-level security lets through; absent: none. */
  readonly tenantId?: string
}

/** Marks the one kind of message that may hold several statements. */
interface ControlQuery extends QueryObject {
  control?: true
}

/**
 * knex's Postgres dialect with two differences:
 * - a transaction names its tenant in the message that begins it, so the setting costs no round trip
 * - every other statement goes over the extended protocol, which refuses a second statement in the same text: injected
 *   SQL cannot switch the tenant with a stacked `SET LOCAL`
 */
export class TenantPostgresClient extends PostgresClient {
  override transaction(container: unknown, config?: TenantTransactionConfig, outer?: unknown): TenantTransaction {
    return new TenantTransaction(this, container, config, outer)
  }

  override _query(connection: unknown, query: ControlQuery): Promise<QueryObject> {
    if (query.control !== true) query.options = { ...query.options, queryMode: 'extended' }
    return super._query(connection, query)
  }
}

class TenantTransaction extends PostgresTransaction {
  readonly #begin: string

  constructor(client: unknown, container: unknown, config: TenantTransactionConfig | undefined, outer: unknown) {
    super(client, container, config, outer)
    this.#begin = config?.tenantId === undefined ? 'BEGIN' : `BEGIN; ${tenantStatement(config.tenantId)}`
  }

  /** Unlike knex's, it stops here when the connection is gone: the caller's work does not start. */
  override async begin(connection: unknown): Promise<void> {
    const query: ControlQuery = { sql: this.#begin, bindings: [], control: true }
    await this.query(connection, query)
    if (this._completed) throw new Error('Connection terminated before the transaction began')
  }

  /** Postgres answers COMMIT of a failed transaction with ROLLBACK and no error; knex takes that for success, this does not. */
  override async commit(connection: unknown, value: unknown): Promise<void> {
    const query: ControlQuery = { sql: 'COMMIT', bindings: [], control: true }
    const sent = this.query(connection, query)
    this._completed = true
    const answer = await sent
    if (answer === undefined) return
    if (answer.response?.command === 'COMMIT') this._resolver(value)
    else this._rejecter(rolledBack())
  }
}

function rolledBack(): ParleyError {
  return new ParleyError(
    'database.rolled-back',
    'The transaction was rolled back: a statement in it had failed, and the error was caught without a savepoint.',
  )
}
