/** The parts of knex's Postgres dialect that `postgres-client.ts` builds on; knex 3.3 has no types for them. */
declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex'

  export interface QueryObject {
    sql: string
    bindings?: readonly unknown[]
    options?: Record<string, unknown>
    response?: { command: string }
  }

  /** As `openPool` gives them. */
  export interface PoolConnectionSettings {
    readonly silenceTimeoutMillis: number
    readonly statement_timeout: number
  }

  export default class PostgresClient {
    constructor(config: Knex.Config)
    readonly connectionSettings: PoolConnectionSettings
    _driver(): { readonly Client: new (config: never) => unknown }
    releaseConnection(connection: unknown): Promise<void>
    /** Asked before a connection is taken from the pool. */
    validateConnection(connection: unknown): boolean
    transaction(container: unknown, config?: unknown, outer?: unknown): unknown
    _query(connection: unknown, query: QueryObject): Promise<QueryObject>
  }
}

declare module 'knex/lib/dialects/postgres/execution/pg-transaction.js' {
  import type { QueryObject } from 'knex/lib/dialects/postgres/index.js'

  export default class PostgresTransaction {
    constructor(client: unknown, container: unknown, config?: unknown, outer?: unknown)
    _completed: boolean
    _resolver: (value: unknown) => void
    _rejecter: (error: unknown) => void
    /** Settles with `undefined` after a failed query; the failure went to `_rejecter`. */
    query(connection: unknown, sql: string | QueryObject): Promise<QueryObject | undefined>
    begin(connection: unknown): Promise<unknown>
    commit(connection: unknown, value: unknown): Promise<unknown>
  }
}
