import { ReadThrough } from '../cache/read-through.ts'
import type { AuditActor } from '../contracts/ports/audit.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'

type Values = Readonly<Record<string, unknown>>

/** Settings of one layer, as given, and who changed them last. */
export interface Layer {
  readonly settings: Values
  /** `<kind>:<id>` */
  readonly updatedBy: string | null
  readonly updatedAt: Date | null
}

/** The layer above all tenants lies where no tenant sees it. */
export const PLATFORM_LAYER = '00000000-0000-0000-0000-000000000000'

/** Layers kept in memory at once. */
const MAX_LAYERS = 10_000

const NONE: Layer = Object.freeze({ settings: Object.freeze({}), updatedBy: null, updatedAt: null })

/**
 * The layers of plugins' settings beside the tenant's own: the platform's (an empty owner, under the nil UUID) and a person's
 * (their id, under their tenant). Cached for `cacheMs`.
 */
export class SettingLayers {
  readonly #database: Database
  readonly #clock: Clock
  readonly #cache: ReadThrough<Layer>

  constructor(options: { readonly database: Database; readonly clock: Clock; readonly cacheMs: number }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#cache = new ReadThrough({
      clock: options.clock,
      max: MAX_LAYERS,
      ttlMs: options.cacheMs,
      absentTtlMs: options.cacheMs,
      load: (keys) => this.#load(keys),
    })
  }

  /** The same object while nothing changed and the cache holds. */
  async of(tenantId: string, plugin: string, owner: string): Promise<Layer> {
    return (await this.#cache.get(keyOf(tenantId, plugin, owner))) ?? NONE
  }

  /** In the caller's transaction: what is stored now, locked until it ends. */
  async lock(uow: UnitOfWork, plugin: string, owner: string): Promise<Values> {
    await uow
      .trx('parley.plugin_setting')
      .insert({ ...place(uow, plugin, owner), settings: '{}', updated_at: this.#clock.now(), updated_by: '' })
      .onConflict(['tenant_id', 'plugin', 'owner'])
      .ignore()
    const row = await uow
      .trx('parley.plugin_setting')
      .where(place(uow, plugin, owner))
      .forUpdate()
      .first('settings')
    return row?.settings ?? {}
  }

  async store(uow: UnitOfWork, plugin: string, owner: string, settings: Values, by: AuditActor): Promise<void> {
    await uow
      .trx('parley.plugin_setting')
      .where(place(uow, plugin, owner))
      .update({ settings: JSON.stringify(settings), updated_at: this.#clock.now(), updated_by: editorOf(by) })
    uow.afterCommit(() => this.#cache.forget(keyOf(uow.tenantId, plugin, owner)))
  }

  async #load(keys: readonly string[]): Promise<ReadonlyMap<string, Layer>> {
    const found = new Map<string, Layer>()
    for (const key of keys) {
      const [tenantId = '', plugin = '', owner = ''] = key.split('/')
      const row = await this.#database.transaction(tenantId, (uow) =>
        uow
          .trx('parley.plugin_setting')
          .where(place(uow, plugin, owner))
          .first('settings', 'updated_by', 'updated_at'),
      )
      if (row !== undefined)
        found.set(key, { settings: row.settings, updatedBy: row.updated_by, updatedAt: row.updated_at })
    }
    return found
  }
}

export function editorOf({ kind, id }: AuditActor): string {
  return `${kind}:${id}`
}

function keyOf(tenantId: string, plugin: string, owner: string): string {
  return `${tenantId}/${plugin}/${owner}`
}

function place({ tenantId }: UnitOfWork, plugin: string, owner: string) {
  return { tenant_id: tenantId, plugin, owner }
}
