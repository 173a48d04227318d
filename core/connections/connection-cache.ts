import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import { asUnavailable } from '../data/unavailable.ts'
import type { Clock } from '../plugin/services.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { type ConnectionRow, connectionOf, type StoredConnection } from './connection-row.ts'
import type { ConnectionSettings } from './settings.ts'

/** Connections by tenant and id, a second old at most. A miss costs one round trip, and no transaction. */
export class ConnectionCache {
  readonly #byId: ReadThrough<StoredConnection>
  readonly #located: ReadThrough<{ readonly tenantId: string; readonly provider: string }>

  constructor(options: { knex: Knex; ring: KeyRing; clock: Clock; settings: ConnectionSettings }) {
    const { knex, ring, clock, settings } = options
    const limits = { clock, max: settings.cacheMax, ttlMs: settings.cacheMs }
    this.#byId = new ReadThrough({ ...limits, absentTtlMs: 0, load: (keys) => readConnections(knex, ring, keys) })
    this.#located = new ReadThrough({
      ...limits,
      absentTtlMs: settings.unknownMs,
      load: (ids) => locateConnections(knex, ids),
    })
  }

  get(tenantId: string, id: string): Promise<StoredConnection | undefined> {
    return isUuid(id) ? this.#byId.get(`${tenantId}/${id}`) : Promise.resolve(undefined)
  }

  async locate(provider: string, id: string): Promise<StoredConnection | undefined> {
    const found = isUuid(id) ? await this.#located.get(id) : undefined
    return found?.provider === provider ? this.get(found.tenantId, id) : undefined
  }

  forget(tenantId: string, id: string): void {
    this.#byId.forget(`${tenantId}/${id}`)
    this.#located.forget(id)
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

async function readConnections(
  knex: Knex,
  ring: KeyRing,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredConnection>> {
  const pairs = keys.map((key) => key.split('/'))
  const rows = await call<ConnectionRow>(knex, 'select * from parley.read_connections(?::uuid[], ?::uuid[])', [
    pairs.map(([tenantId]) => tenantId),
    pairs.map(([, id]) => id),
  ])
  return new Map(rows.map((row) => [`${row.tenant_id}/${row.id}`, connectionOf(row, ring)]))
}

async function locateConnections(knex: Knex, ids: readonly string[]) {
  const rows = await call<ConnectionRow>(knex, 'select * from parley.locate_connections(?::uuid[])', [ids])
  return new Map(rows.map((row) => [row.id, { tenantId: row.tenant_id, provider: row.provider }]))
}

/** One statement without a transaction. @throws UnavailableError when the database is down */
export async function call<R>(knex: Knex, sql: string, bindings: readonly unknown[]): Promise<readonly R[]> {
  try {
    const { rows } = await knex.raw<{ rows: R[] }>(sql, bindings as Knex.RawBinding[])
    return rows
  } catch (error) {
    throw asUnavailable(error)
  }
}
