import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import { asUnavailable } from '../data/unavailable.ts'
import type { Clock } from '../plugin/services.ts'

/** What a tenant decided about a plugin. */
export interface TenantPlugin {
  /** `null`: never decided, the configuration's default counts. */
  readonly enabled: boolean | null
  /** As given; defaults are filled in by the plugin's schema. */
  readonly settings: Readonly<Record<string, unknown>>
}

export type TenantPluginMap = ReadonlyMap<string, TenantPlugin>

interface Row extends TenantPlugin {
  readonly tenant_id: string
  readonly plugin: string
}

/** Tenants whose decisions are kept in memory at once. */
const MAX_TENANTS = 10_000

const UNDECIDED: TenantPluginMap = new Map()

/**
 * The decisions of tenants, by plugin id, cached for `cacheMs` (a second at most): how late a change made by another
 * process is seen. A change made here is seen at once.
 */
export class TenantPlugins {
  readonly #cache: ReadThrough<TenantPluginMap>

  constructor(options: { knex: Knex; clock: Clock; cacheMs: number }) {
    this.#cache = new ReadThrough({
      clock: options.clock,
      max: MAX_TENANTS,
      ttlMs: options.cacheMs,
      absentTtlMs: options.cacheMs,
      load: (tenants) => load(options.knex, tenants),
    })
  }

  /** Empty for a tenant that never decided anything. @throws UnavailableError */
  async of(tenantId: string): Promise<TenantPluginMap> {
    return (await this.#cache.get(tenantId)) ?? UNDECIDED
  }

  /** Reads many at once, where one after another would be a query each. */
  async warm(tenantIds: readonly string[]): Promise<void> {
    await this.#cache.getMany(tenantIds)
  }

  /** Call after a change has been committed. */
  forget(tenantId: string): void {
    this.#cache.forget(tenantId)
  }
}

async function load(knex: Knex, tenants: readonly string[]): Promise<ReadonlyMap<string, TenantPluginMap>> {
  const found = new Map<string, Map<string, TenantPlugin>>()
  for (const row of await query(knex, tenants)) {
    const plugins = found.get(row.tenant_id) ?? new Map<string, TenantPlugin>()
    plugins.set(row.plugin, { enabled: row.enabled, settings: row.settings })
    found.set(row.tenant_id, plugins)
  }
  return found
}

async function query(knex: Knex, tenants: readonly string[]): Promise<readonly Row[]> {
  try {
    const { rows } = await knex.raw<{ rows: Row[] }>('SELECT * FROM parley.plugins_of_tenants(?::uuid[])', [
      [...tenants],
    ])
    return rows
  } catch (error) {
    throw asUnavailable(error)
  }
}
