import type { AuditActor } from '../contracts/ports/audit.ts'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import type { Health } from '../plugin/plugin.ts'
import type { Enablement } from '../tenancy/enablement.ts'
import type { Gate } from '../tenancy/gate.ts'
import type { PluginTenantSettings } from '../tenancy/settings.ts'
import { withDeadline } from './deadline.ts'
import type { PluginRecord } from './record.ts'
import type { PluginState } from './state.ts'
import type { Supervisor } from './supervise.ts'

/** A plugin as its tenant's admin sees it. */
export interface PluginView {
  readonly id: string
  readonly version: string | null
  readonly kind: string | null
  readonly state: PluginState
  readonly reason: string
  readonly required: boolean
  /** Time its own code took at boot. */
  readonly bootMs: number
  /** For the asking tenant. */
  readonly enabled: boolean
  readonly health: Health | null
  readonly routes: number
  readonly handlers: number
  readonly streams: number
  readonly jobs: number
  readonly providers: readonly string[]
  readonly hasSettings: boolean
  readonly floatingRejections: number
  /** Handlers and jobs of this tenant that are paused because they failed too often. */
  readonly paused: readonly string[]
}

export interface PluginAdminOptions {
  readonly records: readonly PluginRecord[]
  readonly supervisor: Supervisor
  readonly gate: Gate
  readonly enablement: Enablement
  readonly settingsFor: (pluginId: string) => PluginTenantSettings
  readonly healthMs: number
}

/** What an admin can see and change of plugins, for one tenant. */
export class PluginAdmin {
  readonly #options: PluginAdminOptions

  constructor(options: PluginAdminOptions) {
    this.#options = options
  }

  /** Asks the health of all, side by side; a check that hangs costs its deadline and nothing else. */
  async list(tenantId: string): Promise<readonly PluginView[]> {
    return Promise.all(this.#options.records.map((record) => this.#view(record, tenantId)))
  }

  find(pluginId: string): PluginRecord | undefined {
    return this.#options.records.find((record) => record.id === pluginId)
  }

  async setEnabled(tenantId: string, pluginId: string, enabled: boolean | null, by?: AuditActor): Promise<void> {
    await this.#options.enablement.set(tenantId, pluginId, enabled, by)
  }

  async view(tenantId: string, pluginId: string): Promise<PluginView | undefined> {
    const record = this.find(pluginId)
    return record === undefined ? undefined : this.#view(record, tenantId)
  }

  settings(pluginId: string): PluginTenantSettings {
    return this.#options.settingsFor(pluginId)
  }

  async #view(record: PluginRecord, tenantId: string): Promise<PluginView> {
    const { contributions, plugin } = record
    const circuits = this.#options.supervisor.openCircuits()
    return {
      id: record.id,
      version: record.package?.version ?? null,
      kind: record.package?.kind ?? null,
      state: record.state,
      reason: record.reason,
      required: record.required,
      bootMs: Math.round(record.ms),
      enabled: await this.#options.gate(record.id, tenantId),
      health: await this.#health(record),
      routes: contributions?.routes?.length ?? 0,
      handlers: contributions?.handlers?.length ?? 0,
      streams: contributions?.streams?.length ?? 0,
      jobs: contributions?.jobs?.length ?? 0,
      providers: (contributions?.providers ?? []).map((provider) => `${provider.port.id}@${provider.port.version}`),
      hasSettings: plugin?.manifest.settings?.tenant !== undefined,
      floatingRejections: record.floatingRejections,
      paused: circuits.flatMap((circuit) => {
        const [pluginId, handlerId, tenant] = circuit.split('/')
        return pluginId === record.id && tenant === tenantId && handlerId !== undefined ? [handlerId] : []
      }),
    }
  }

  async #health(record: PluginRecord): Promise<Health | null> {
    if (record.state !== 'started') return null
    const pausedMs = this.#options.supervisor.pausedMs(record.id)
    if (pausedMs > 0) return { ok: false, detail: `paused for ${pausedMs} ms: too many rejections that nobody caught` }
    const health = record.contributions?.health
    if (health === undefined) return { ok: true }
    try {
      return await withDeadline('health', this.#options.healthMs, (signal) =>
        this.#options.supervisor.enter(record.id, () => health(signal)),
      )
    } catch (error) {
      return { ok: false, detail: error instanceof ParleyError ? reasonOf(error) : `health threw: ${reasonOf(error)}` }
    }
  }
}
