import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import { asUnavailable } from '../data/unavailable.ts'
import type { Clock } from '../plugin/services.ts'
import type { Tenant } from './tenants.ts'

/** What a tenant decided about a plugin. */
export interface TenantPlugin {
  /** `null`: never decided, the configuration's default counts. */
  readonly enabled: boolean | null
  /** As given; defaults are filled in by the plugin's schema. */
  readonly settings: Readonly<Record<string, unknown>>
}

export type TenantPluginMap = ReadonlyMap<string, TenantPlugin>

/** All that stands before a tenant's every request, read together. */
interface Known {
  readonly plugins: TenantPluginMap
  readonly status: Tenant['status'] | undefined
}

interface Row extends TenantPlugin {
  readonly tenant_id: string
  /** Null in the row that tells the tenant's status. */
  readonly plugin: string | null
  readonly status: Tenant['status'] | null
}

/** Tenants whose decisions are kept in memory at once. */
const MAX_TENANTS = 10_000

const UNDECIDED: TenantPluginMap = new Map()

/**
 * The decisions of tenants, by plugin id, and whether a tenant may work, cached for `cacheMs` (a second at most): how late a change made by another
 * process is seen. A change made here is seen at once.
 */
export class TenantPlugins {
  readonly #cache: ReadThrough<Known>

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
    return (await this.#cache.get(tenantId))?.plugins ?? UNDECIDED
  }

  /** Whether the tenant may work; `undefined` when there is none. @throws UnavailableError */
  async statusOf(tenantId: string): Promise<Tenant['status'] | undefined> {
    return (await this.#cache.get(tenantId))?.status
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

async function load(knex: Knex, tenants: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  const found = new Map<string, { plugins: Map<string, TenantPlugin>; status: Known['status'] }>()
  for (const { tenant_id, plugin, enabled, settings, status } of await query(knex, tenants)) {
    const known = found.get(tenant_id) ?? { plugins: new Map<string, TenantPlugin>(), status: undefined }
    if (plugin === null) known.status = status ?? undefined
    else known.plugins.set(plugin, { enabled, settings })
    found.set(tenant_id, known)
  }
  return found
}

const SQL = `select tenant_id, plugin, enabled, settings, null as status from parley.plugins_of_tenants(?::uuid[])
  union all select id, null, null, null, status from parley.tenant_statuses(?::uuid[])`

async function query(knex: Knex, tenants: readonly string[]): Promise<readonly Row[]> {
  try {
    const { rows } = await knex.raw<{ rows: Row[] }>(SQL, [[...tenants], [...tenants]])
    return rows
  } catch (error) {
    throw asUnavailable(error)
  }
}
