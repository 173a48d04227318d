import type { Clock } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { TenantPlugins } from './tenant-plugins.ts'

/** Switches plugins on and off for tenants. Off never drops data. */
export class Enablement {
  readonly #database: Database
  readonly #tenants: TenantPlugins
  readonly #clock: Clock

  constructor(options: { database: Database; tenants: TenantPlugins; clock: Clock }) {
    this.#database = options.database
    this.#tenants = options.tenants
    this.#clock = options.clock
  }

  /** Counts at once in this process, and within the cache's second in others. `null` goes back to the default. */
  async set(tenantId: string, pluginId: string, enabled: boolean | null): Promise<void> {
    const change = { enabled, updated_at: this.#clock.now() }
    await this.#database.transaction(tenantId, async ({ trx }) => {
      await trx('parley.tenant_plugin')
        .insert({ tenant_id: tenantId, plugin: pluginId, ...change })
        .onConflict(['tenant_id', 'plugin'])
        .merge(change)
    })
    this.#tenants.forget(tenantId)
  }
}
