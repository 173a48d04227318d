import type { AuditActor } from '../contracts/ports/audit.ts'
import type { Platform, PlatformRefusal, PlatformSettings } from '../contracts/ports/platform.ts'
import type { EventEngine } from '../events/index.ts'
import { ParleyError } from '../plugin/errors.ts'
import { type Refusal, type Result, refuse } from '../plugin/result.ts'
import { kernelVersion } from './kernel-version.ts'
import type { PluginAdmin } from './plugin-admin.ts'
import { settingsSchemaOf } from './routes/plugin-settings.ts'

/** The `platform` port over the kernel's rooms. */
export class PlatformControl implements Platform {
  readonly version = kernelVersion
  readonly #admin: PluginAdmin
  readonly #engine: Pick<EventEngine, 'lag'>

  constructor(options: { readonly admin: PluginAdmin; readonly engine: Pick<EventEngine, 'lag'> }) {
    this.#admin = options.admin
    this.#engine = options.engine
  }

  plugins(tenantId: string) {
    return this.#admin.list(tenantId)
  }

  lag() {
    return this.#engine.lag()
  }

  async setPluginEnabled(tenantId: string, pluginId: string, enabled: boolean | null, by: AuditActor) {
    if (this.#admin.find(pluginId) === undefined) return unknown(pluginId)
    await this.#admin.setEnabled(tenantId, pluginId, enabled, by)
    const plugin = await this.#admin.view(tenantId, pluginId)
    return plugin === undefined ? unknown(pluginId) : ({ ok: true, plugin } as const)
  }

  async settings(pluginId: string): Promise<Result<{ layer: PlatformSettings }, PlatformRefusal>> {
    const record = this.#admin.find(pluginId)
    if (record === undefined) return unknown(pluginId)
    if (record.plugin?.manifest.settings?.tenant === undefined)
      return refuse('no-settings', `${pluginId} has no settings by tenant, or was not loaded.`)
    const layer = await this.#admin.settings(pluginId).platform()
    return { ok: true, layer: { ...layer, schema: settingsSchemaOf(record) } }
  }

  async updateSettings(pluginId: string, patch: Readonly<Record<string, unknown>>, by: AuditActor) {
    const known = await this.settings(pluginId)
    if (!known.ok) return known
    try {
      await this.#admin.settings(pluginId).updatePlatform(patch, by)
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'settings.invalid') throw error
      return refuse('invalid' as const, error.message)
    }
    return this.settings(pluginId)
  }
}

function unknown(pluginId: string): Refusal<'plugin-not-found'> {
  return refuse('plugin-not-found', `This installation has no plugin ${pluginId}.`)
}
