import createKnex, { type Knex } from 'knex'
import pg from 'pg'
import { TenantPostgresClient } from './postgres-client.ts'

/** Milliseconds; 0 switches a limit off. */
export interface PoolTimeouts {
  /** Opening a connection. */
  readonly connect: number
  /** Waiting for a free connection of the pool. */
  readonly acquire: number
  readonly statement: number
  readonly lock: number
  /** A transaction in which nothing happens; frees the locks of a process that was stopped in the middle of one. */
  readonly idleInTransaction: number
}

export const defaultPoolTimeouts: PoolTimeouts = {
  connect: 5_000,
  acquire: 10_000,
  statement: 30_000,
  lock: 10_000,
  idleInTransaction: 10_000,
}

export interface PoolOptions {
  readonly url: string
  /** Most connections. */
  readonly max: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  readonly timeouts?: Partial<PoolTimeouts>
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
 * a dying server rejects the running query and never ends the process.
 */
export function openPool(options: PoolOptions): Knex {
  const timeouts = { ...defaultPoolTimeouts, ...options.timeouts }
  return createKnex({
    client: TenantPostgresClient as unknown as typeof Knex.Client,
    connection: {
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: timeouts.connect,
      statement_timeout: timeouts.statement,
      lock_timeout: timeouts.lock,
      idle_in_transaction_session_timeout: timeouts.idleInTransaction,
      keepAlive: true,
      types,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.max, acquireTimeoutMillis: timeouts.acquire, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: timeouts.acquire,
    // knex would write the values of a failed statement into its error's message: what a customer said, into the log.
    compileSqlOnError: false,
    log: silent,
  })
}

/** knex would print to the console; every error also reaches the caller, who logs it once. */
export const silent = { warn() {}, error() {}, deprecate() {}, debug() {} }
