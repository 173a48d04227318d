/// <reference path="./knex-postgres.d.ts" />
import PostgresTransaction from 'knex/lib/dialects/postgres/execution/pg-transaction.js'
import PostgresClient, { type QueryObject } from 'knex/lib/dialects/postgres/index.js'
import { ParleyError } from '../plugin/errors.ts'
import { DeadlineClient } from './deadline-client.ts'
import { isStalePlan } from './statement-names.ts'
import { tenantStatement } from './tenant-setting.ts'

/** Our addition to knex's transaction options. */
export interface TenantTransactionConfig {
  /** The tenant that row-level security lets through; absent: none. */
  readonly tenantId?: string
  /** Milliseconds for each statement, in place of the pool's limit; the client then waits as much longer. */
  readonly statementTimeoutMs?: number
}

/** Marks the one kind of message that may hold several statements. */
interface ControlQuery extends QueryObject {
  control?: true
}

/**
 * knex's Postgres dialect with four differences:
 * - a transaction names its tenant in the message that begins it, so the setting costs no round trip
 * - every other statement goes over the extended protocol, which refuses a second statement in the same text: injected
 *   SQL cannot switch the tenant with a stacked `SET LOCAL`
 * - statements are prepared once for a connection
 * - connections do not wait for ever, and one that is given back with an answer outstanding is thrown away
 */
export class TenantPostgresClient extends PostgresClient {
  override _driver() {
    return { Client: DeadlineClient }
  }

  override transaction(container: unknown, config?: TenantTransactionConfig, outer?: unknown): TenantTransaction {
    return new TenantTransaction(this, container, config, outer)
  }

  override async _query(connection: DeadlineClient, query: ControlQuery): Promise<QueryObject> {
    if (query.control === true) return super._query(connection, query)
    const name = connection.statements.nameOf(query.sql)
    query.options = { ...query.options, queryMode: 'extended', ...(name === undefined ? {} : { name }) }
    try {
      return await super._query(connection, query)
    } catch (error) {
      if (isStalePlan(error))
        connection.discard(new Error('Connection terminated: a table has changed under its plans'))
      throw error
    }
  }

  /** A rollback that knex gave up waiting for leaves its connection in the middle of something. */
  override releaseConnection(connection: DeadlineClient): Promise<void> {
    if (connection.outstanding > 0) connection.discard(new Error('Connection terminated: given back while at work'))
    connection.silenceMs = this.connectionSettings.silenceTimeoutMillis
    return super.releaseConnection(connection)
  }

  override validateConnection(connection: DeadlineClient): boolean {
    return !connection.isDiscarded
  }

  /** Milliseconds of silence that are too many while the server allows a statement `statementMs`. */
  silenceFor(statementMs: number): number {
    const { silenceTimeoutMillis: silence, statement_timeout: statement } = this.connectionSettings
    return silence === 0 || statementMs === 0 ? 0 : Math.max(silence, statementMs + silence - statement)
  }
}

class TenantTransaction extends PostgresTransaction {
  readonly #begin: string
  readonly #silenceMs: number | undefined

  constructor(
    client: TenantPostgresClient,
    container: unknown,
    config: TenantTransactionConfig | undefined,
    outer: unknown,
  ) {
    super(client, container, config, outer)
    this.#begin = beginStatement(config)
    const longest = config?.statementTimeoutMs
    this.#silenceMs = longest === undefined ? undefined : client.silenceFor(longest)
  }

  /** Unlike knex's, it stops here when the connection is gone: the caller's work does not start. */
  override async begin(connection: DeadlineClient): Promise<void> {
    if (this.#silenceMs !== undefined) connection.silenceMs = this.#silenceMs
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

function beginStatement({ tenantId, statementTimeoutMs }: TenantTransactionConfig = {}): string {
  const statements = ['BEGIN']
  if (tenantId !== undefined) statements.push(tenantStatement(tenantId))
  if (statementTimeoutMs !== undefined)
    statements.push(`SET LOCAL statement_timeout = ${Math.ceil(statementTimeoutMs)}`)
  return statements.join('; ')
}

function rolledBack(): ParleyError {
  return new ParleyError(
    'database.rolled-back',
    'The transaction was rolled back: a statement in it had failed, and the error was caught without a savepoint.',
  )
}
