import type { ObjectSchema } from 'joi'
import { fieldOf, reasonsOf } from '../config/reasons.ts'
import type { Audit, AuditActor } from '../contracts/ports/audit.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { Clock, TenantSettings, UserSettings } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import { redact } from '../secrets/redaction.ts'
import { editorOf, type Layer, PLATFORM_LAYER, type SettingLayers } from './setting-layers.ts'
import type { TenantPlugins } from './tenant-plugins.ts'

type Values = Readonly<Record<string, unknown>>

export interface PluginTenantSettingsOptions {
  readonly pluginId: string
  readonly schema: ObjectSchema | undefined
  /** Fields that each person may set for themselves. */
  readonly personal?: readonly string[]
  readonly tenants: TenantPlugins
  readonly database: Database
  readonly clock: Clock
  /** Without them there is only the tenant's layer. */
  readonly layers?: SettingLayers
  readonly audit?: Audit
}

/**
 * A plugin's settings, in layers: what those who run the platform chose for everybody, over that what the tenant chose, over
 * that what the person chose. Only choices are stored; defaults are filled in when reading, so that a better default reaches
 * everybody who never chose.
 */
export class PluginTenantSettings implements TenantSettings<Values>, UserSettings<Values> {
  readonly #options: PluginTenantSettingsOptions
  /** Validated values by the stored objects they came from: cached rows are validated once. */
  readonly #validated = new WeakMap<Values, WeakMap<Values, Values>>()

  constructor(options: PluginTenantSettingsOptions) {
    this.#options = options
  }

  async of(tenantId: string): Promise<Values> {
    const { tenants, pluginId } = this.#options
    const stored = (await tenants.of(tenantId)).get(pluginId)?.settings ?? NONE
    const platform = await this.#platform()
    const known = this.#validated.get(stored)?.get(platform)
    if (known !== undefined) return known
    const values = this.#check({ ...platform, ...stored })
    const byPlatform = this.#validated.get(stored) ?? new WeakMap<Values, Values>()
    this.#validated.set(stored, byPlatform.set(platform, values))
    return values
  }

  async ofUser(tenantId: string, userId: string): Promise<Values> {
    const { tenants, pluginId, layers } = this.#options
    const own = (await layers?.of(tenantId, pluginId, userId))?.settings ?? NONE
    if (Object.keys(own).length === 0) return this.of(tenantId)
    const stored = (await tenants.of(tenantId)).get(pluginId)?.settings ?? NONE
    return this.#check({ ...(await this.#platform()), ...stored, ...own })
  }

  /** Fields of the patch replace those that are there; `undefined` takes a choice back. */
  async update(tenantId: string, patch: Values, by?: AuditActor): Promise<Values> {
    const { database, clock, tenants, pluginId } = this.#options
    const platform = await this.#platform()
    const values = await database.transaction(tenantId, async (uow) => {
      const before = await this.#lock(uow)
      const chosen = patched(before, patch)
      const checked = this.#check({ ...platform, ...chosen })
      const now = clock.now()
      const edited = by === undefined ? {} : { settings_by: editorOf(by), settings_at: now }
      await row(uow, pluginId).update({ settings: JSON.stringify(chosen), updated_at: now, ...edited })
      await this.#record(uow, by, patch, before, 'tenant')
      return checked
    })
    tenants.forget(tenantId)
    return values
  }

  /** Changes what a person chose. Throws `settings.invalid`, also for a field that is not theirs to choose. */
  async updateUser(tenantId: string, userId: string, patch: Values): Promise<Values> {
    const { personal = [], pluginId } = this.#options
    const foreign = Object.keys(patch).find((field) => !personal.includes(field))
    if (foreign !== undefined) {
      throw new ParleyError('settings.invalid', `${foreign} of ${pluginId} is not a person’s to choose`, {
        details: { field: foreign },
      })
    }
    const base = await this.of(tenantId)
    const by = { kind: 'user', id: userId } as const
    return this.#change({ tenantId, owner: userId, patch, by, layer: 'user' }, (own) => ({ ...base, ...own }))
  }

  /** What those who run the platform chose for every tenant. */
  async platform(): Promise<Layer & { readonly effective: Values }> {
    const { layers, pluginId } = this.#options
    const layer = (await layers?.of(PLATFORM_LAYER, pluginId, '')) ?? {
      settings: NONE,
      updatedBy: null,
      updatedAt: null,
    }
    return { ...layer, effective: this.#check(layer.settings) }
  }

  updatePlatform(patch: Values, by: AuditActor): Promise<Values> {
    return this.#change({ tenantId: PLATFORM_LAYER, owner: '', patch, by, layer: 'platform' }, (own) => own)
  }

  /** What the tenant chose, and who chose it. */
  async chosen(tenantId: string): Promise<Layer> {
    const { database, pluginId } = this.#options
    const found = await database.transaction(tenantId, (uow) =>
      row(uow, pluginId).first('settings', 'settings_by', 'settings_at'),
    )
    return {
      settings: found?.settings ?? NONE,
      updatedBy: found?.settings_by ?? null,
      updatedAt: found?.settings_at ?? null,
    }
  }

  async #change(
    change: { tenantId: string; owner: string; patch: Values; by: AuditActor; layer: string },
    whole: (own: Values) => Values,
  ): Promise<Values> {
    const { database, layers, pluginId } = this.#options
    const { tenantId, owner, patch, by, layer } = change
    if (layers === undefined) throw new ParleyError('settings.no-layers', `${pluginId} has no settings by ${layer}`)
    return database.transaction(tenantId, async (uow) => {
      const before = await layers.lock(uow, pluginId, owner)
      const chosen = patched(before, patch)
      const checked = this.#check(whole(chosen))
      await layers.store(uow, pluginId, owner, chosen, by)
      await this.#record(uow, by, patch, before, layer)
      return checked
    })
  }

  /** What was named, before and after, secrets masked. */
  async #record(uow: UnitOfWork, by: AuditActor | undefined, patch: Values, before: Values, layer: string) {
    const { audit, pluginId } = this.#options
    if (by === undefined || audit === undefined) return
    const fields = Object.keys(patch)
    const old = Object.fromEntries(fields.map((field) => [field, before[field] ?? null]))
    const target = { kind: `${layer}-settings`, id: pluginId }
    await audit.record(uow, {
      action: 'settings.changed',
      target,
      actor: by,
      before: redact(old),
      after: redact(patch),
    })
  }

  async #platform(): Promise<Values> {
    const { layers, pluginId } = this.#options
    return (await layers?.of(PLATFORM_LAYER, pluginId, ''))?.settings ?? NONE
  }

  async #lock(uow: UnitOfWork): Promise<Values> {
    const { pluginId, clock } = this.#options
    await uow
      .trx('parley.tenant_plugin')
      .insert({ tenant_id: uow.tenantId, plugin: pluginId, enabled: null, updated_at: clock.now() })
      .onConflict(['tenant_id', 'plugin'])
      .ignore()
    const [found] = await row(uow, pluginId).select('settings').forUpdate()
    return found?.settings ?? {}
  }

  #check(values: Values): Values {
    const { schema, pluginId } = this.#options
    if (schema === undefined) {
      if (Object.keys(values).length === 0) return values
      throw new ParleyError('settings.invalid', `${pluginId} has no settings by tenant`, {
        details: { field: Object.keys(values)[0] },
      })
    }
    const { value, error } = schema.validate(values, { abortEarly: false })
    if (error === undefined) return value
    throw new ParleyError('settings.invalid', `settings of ${pluginId}: ${reasonsOf(error).join('; ')}`, {
      details: { field: fieldOf(error) },
    })
  }
}

const NONE: Values = {}

function patched(before: Values, patch: Values): Values {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined))
}

function row(uow: UnitOfWork, plugin: string) {
  return uow.trx('parley.tenant_plugin').where({ tenant_id: uow.tenantId, plugin })
}
