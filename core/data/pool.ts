import createKnex, { type Knex } from 'knex'
import pg from 'pg'
import { TenantPostgresClient } from './postgres-client.ts'
import { databaseSettings, type PoolSettings } from './settings.ts'

export interface PoolOptions {
  readonly url: string
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  /** Most connections; default: the settings'. */
  readonly max?: number
  /** Of {@link PoolSettings}; defaults for the rest. */
  readonly settings?: Partial<PoolSettings>
}

/** OID of `date`, which pg would turn into midnight of the machine's zone. */
const dateOid = 1082

/**
 * `bigint` and `numeric` come as strings (pg's default): offsets and sums must be exact, the reader converts with BigInt
 * or Number where it knows the range. `date` comes as `YYYY-MM-DD`; `timestamptz` as Date.
 */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === dateOid) return (value: string) => value
    return pg.types.getTypeParser(oid, format)
  },
}

/**
 * A pool of connections. They open on demand; a connection that broke is noticed when it is taken and replaced, so a
 * restart of the database needs no restart of Parley. knex listens for `error` on every connection, also those in use:
 * a dying server rejects the running query and never ends the process, and so does a silent one after a while.
 */
export function openPool(options: PoolOptions): Knex {
  const limits = databaseSettings(options.settings)
  return createKnex({
    client: TenantPostgresClient as unknown as typeof Knex.Client,
    connection: {
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: limits.connectTimeoutMs,
      silenceTimeoutMillis: limits.queryTimeoutMs,
      closeTimeoutMillis: limits.closeTimeoutMs,
      preparedStatements: limits.preparedStatements,
      // Compiling a plan takes longer than any of our statements.
      options: '-c jit=off',
      statement_timeout: limits.statementTimeoutMs,
      lock_timeout: limits.lockTimeoutMs,
      idle_in_transaction_session_timeout: limits.idleInTransactionTimeoutMs,
      keepAlive: true,
      types,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.max ?? limits.pool, idleTimeoutMillis: limits.idleTimeoutMs },
    acquireConnectionTimeout: limits.acquireTimeoutMs,
    // knex would write the values of a failed statement into its error's message: what a customer said, into the log.
    compileSqlOnError: false,
    log: silent,
  })
}

/** knex would print to the console; every error also reaches the caller, who logs it once. */
export const silent = { warn() {}, error() {}, deprecate() {}, debug() {} }
