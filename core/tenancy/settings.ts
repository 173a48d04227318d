import type { ObjectSchema } from 'joi'
import { fieldOf, reasonsOf } from '../config/reasons.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { Clock, TenantSettings } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import type { TenantPlugins } from './tenant-plugins.ts'

type Values = Readonly<Record<string, unknown>>

/**
 * A plugin's settings for each tenant. Only what the tenant chose is stored; defaults are filled in when reading, so that a
 * better default reaches everybody who never chose.
 */
export class PluginTenantSettings implements TenantSettings<Values> {
  readonly #pluginId: string
  readonly #schema: ObjectSchema | undefined
  readonly #tenants: TenantPlugins
  readonly #database: Database
  readonly #clock: Clock
  /** Validated values by the stored object they came from: a cached row is validated once. */
  readonly #validated = new WeakMap<Values, Values>()

  constructor(options: {
    pluginId: string
    schema: ObjectSchema | undefined
    tenants: TenantPlugins
    database: Database
    clock: Clock
  }) {
    this.#pluginId = options.pluginId
    this.#schema = options.schema
    this.#tenants = options.tenants
    this.#database = options.database
    this.#clock = options.clock
  }

  async of(tenantId: string): Promise<Values> {
    const stored = (await this.#tenants.of(tenantId)).get(this.#pluginId)?.settings ?? NONE
    const known = this.#validated.get(stored)
    if (known !== undefined) return known
    const values = this.#check(stored)
    this.#validated.set(stored, values)
    return values
  }

  /** Fields of the patch replace those that are there; `undefined` takes a choice back. */
  async update(tenantId: string, patch: Values): Promise<Values> {
    const values = await this.#database.transaction(tenantId, async (uow) => {
      const chosen = { ...(await this.#lock(uow)), ...patch }
      for (const [field, value] of Object.entries(patch)) if (value === undefined) delete chosen[field]
      const checked = this.#check(chosen)
      await row(uow, this.#pluginId).update({ settings: JSON.stringify(chosen), updated_at: this.#clock.now() })
      return checked
    })
    this.#tenants.forget(tenantId)
    return values
  }

  async #lock(uow: UnitOfWork): Promise<Record<string, unknown>> {
    await uow
      .trx('parley.tenant_plugin')
      .insert({ tenant_id: uow.tenantId, plugin: this.#pluginId, enabled: null, updated_at: this.#clock.now() })
      .onConflict(['tenant_id', 'plugin'])
      .ignore()
    const [found] = await row(uow, this.#pluginId).select('settings').forUpdate()
    return found?.settings ?? {}
  }

  #check(values: Values): Values {
    if (this.#schema === undefined) {
      if (Object.keys(values).length === 0) return values
      throw new ParleyError('settings.invalid', `${this.#pluginId} has no settings by tenant`, {
        details: { field: Object.keys(values)[0] },
      })
    }
    const { value, error } = this.#schema.validate(values, { abortEarly: false })
    if (error === undefined) return value
    throw new ParleyError('settings.invalid', `settings of ${this.#pluginId}: ${reasonsOf(error).join('; ')}`, {
      details: { field: fieldOf(error) },
    })
  }
}

const NONE: Values = {}

function row(uow: UnitOfWork, plugin: string) {
  return uow.trx('parley.tenant_plugin').where({ tenant_id: uow.tenantId, plugin })
}
