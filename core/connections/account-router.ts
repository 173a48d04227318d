import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import type { Clock } from '../plugin/services.ts'
import { call } from './connection-cache.ts'
import type { ConnectionSettings } from './settings.ts'

/** A connection that an account's events go to. */
export interface RoutedConnection {
  readonly id: string
  readonly tenantId: string
}

interface RouteRow {
  readonly endpoint_id: string
  readonly account: string
  readonly connection_id: string
  readonly tenant_id: string
}

interface Routes {
  readonly connections: readonly RoutedConnection[]
}

/**
 * Account id at an endpoint → connections, for webhooks. A known account costs no query until its time is up; an unknown one
 * is looked up at most once in `unknownMs`, however often the vendor calls. An own account id wins over aliases of the same
 * spelling, so that nobody can subscribe to another's account by naming it as an alias.
 */
export class AccountRouter {
  readonly #routes: ReadThrough<Routes>

  constructor(options: { knex: Knex; clock: Clock; settings: ConnectionSettings }) {
    const { knex, clock, settings } = options
    this.#routes = new ReadThrough<Routes>({
      clock,
      max: settings.routeMax,
      ttlMs: settings.routeMs,
      absentTtlMs: settings.unknownMs,
      load: (keys) => readRoutes(knex, keys),
    })
  }

  /** Accounts that nobody connected are absent. Every endpoint belongs to one adapter, so the id alone decides. */
  async route(
    endpointId: string,
    accounts: readonly string[],
  ): Promise<ReadonlyMap<string, readonly RoutedConnection[]>> {
    const found = await this.#routes.getMany(accounts.map((account) => keyOf(endpointId, account)))
    const routes = new Map<string, readonly RoutedConnection[]>()
    for (const [key, { connections }] of found) routes.set(key.slice(endpointId.length + 1), connections)
    return routes
  }

  forget(endpointId: string | null, accounts: readonly string[]): void {
    if (endpointId !== null) for (const account of accounts) this.#routes.forget(keyOf(endpointId, account))
  }
}

/** The endpoint's id has no colon and a fixed length; the account may hold anything. */
function keyOf(endpointId: string, account: string): string {
  return `${endpointId}:${account}`
}

async function readRoutes(knex: Knex, keys: readonly string[]): Promise<ReadonlyMap<string, Routes>> {
  const rows = await call<RouteRow>(knex, 'select * from parley.route_accounts(?::uuid[], ?::text[])', [
    keys.map((key) => key.slice(0, key.indexOf(':'))),
    keys.map((key) => key.slice(key.indexOf(':') + 1)),
  ])
  const routes = new Map<string, { connections: RoutedConnection[] }>()
  for (const row of rows) {
    const key = keyOf(row.endpoint_id, row.account)
    const known = routes.get(key) ?? { connections: [] }
    known.connections.push({ id: row.connection_id, tenantId: row.tenant_id })
    routes.set(key, known)
  }
  return routes
}
