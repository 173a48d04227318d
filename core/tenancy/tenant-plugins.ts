import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'

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

/**
 * The decisions of tenants, cached for `cacheMs` (a second at most): how late a change made by another process is seen.
 * A change made here is seen at once. Tenants asked for in the same tick are read in one query.
 */
export class TenantPlugins {
  readonly #knex: Knex
  readonly #cache: LRUCache<string, TenantPluginMap>
  readonly #loading = new Map<string, Promise<TenantPluginMap>>()
  #batch: Promise<Map<string, Map<string, TenantPlugin>>> | undefined
  #wanted = new Set<string>()

  constructor(options: { knex: Knex; cacheMs: number }) {
    this.#knex = options.knex
    this.#cache = new LRUCache({ max: MAX_TENANTS, ttl: Math.max(1, options.cacheMs) })
  }

  /** Synchronous when it is in the cache: the gate stands before every event. */
  of(tenantId: string): TenantPluginMap | Promise<TenantPluginMap> {
    return this.#cache.get(tenantId) ?? this.#loading.get(tenantId) ?? this.#load(tenantId)
  }

  /** Call after a change has been committed. */
  forget(tenantId: string): void {
    this.#cache.delete(tenantId)
    // A read that is under way may have seen the time before the change: nobody new may join it, and it is not cached.
    this.#loading.delete(tenantId)
  }

  async #load(tenantId: string): Promise<TenantPluginMap> {
    this.#wanted.add(tenantId)
    this.#batch ??= this.#nextBatch()
    const load: Promise<TenantPluginMap> = this.#batch.then((tenants) => tenants.get(tenantId) ?? new Map())
    this.#loading.set(tenantId, load)
    try {
      const found = await load
      if (this.#loading.get(tenantId) === load) this.#cache.set(tenantId, found)
      return found
    } finally {
      if (this.#loading.get(tenantId) === load) this.#loading.delete(tenantId)
    }
  }

  async #nextBatch(): Promise<Map<string, Map<string, TenantPlugin>>> {
    await new Promise((resolve) => setImmediate(resolve))
    const tenants = [...this.#wanted]
    this.#wanted = new Set()
    this.#batch = undefined
    const { rows } = await this.#knex.raw<{ rows: Row[] }>('SELECT * FROM parley.plugins_of_tenants(?::uuid[])', [tenants])
    const found = new Map<string, Map<string, TenantPlugin>>()
    for (const row of rows) {
      const plugins = found.get(row.tenant_id) ?? new Map<string, TenantPlugin>()
      plugins.set(row.plugin, { enabled: row.enabled, settings: row.settings })
      found.set(row.tenant_id, plugins)
    }
    return found
  }
}
