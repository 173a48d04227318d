import type { Audit, AuditActor } from '../contracts/ports/audit.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { TenantPlugins } from './tenant-plugins.ts'

/** Switches plugins on and off for tenants. Off never drops data. */
export class Enablement {
  readonly #database: Database
  readonly #tenants: TenantPlugins
  readonly #clock: Clock
  readonly #audit: Audit | undefined

  constructor(options: { database: Database; tenants: TenantPlugins; clock: Clock; audit?: Audit }) {
    this.#database = options.database
    this.#tenants = options.tenants
    this.#clock = options.clock
    this.#audit = options.audit
  }

  /** Counts at once in this process, and within the cache's second in others. `null` goes back to the default. */
  async set(tenantId: string, pluginId: string, enabled: boolean | null, by?: AuditActor): Promise<void> {
    const change = { enabled, updated_at: this.#clock.now() }
    await this.#database.transaction(tenantId, async (uow) => {
      const before = await uow
        .trx('parley.tenant_plugin')
        .where({ tenant_id: tenantId, plugin: pluginId })
        .first('enabled')
      await uow
        .trx('parley.tenant_plugin')
        .insert({ tenant_id: tenantId, plugin: pluginId, ...change })
        .onConflict(['tenant_id', 'plugin'])
        .merge(change)
      if (by === undefined) return
      await this.#audit?.record(uow, {
        action: 'plugin.switched',
        target: { kind: 'plugin', id: pluginId },
        actor: by,
        before: { enabled: before?.enabled ?? null },
        after: { enabled },
      })
    })
    this.#tenants.forget(tenantId)
  }
}
