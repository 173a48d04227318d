import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import { withTenant } from '../data/transaction.ts'
import { newId } from '../plugin/new-id.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { EndpointSecrets } from '../plugin/webhook.ts'
import { withHidden } from '../secrets/hidden.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { call, isUuid } from './connection-cache.ts'
import { endpointContext, openSecrets, sealSecrets } from './connection-row.ts'
import { merged } from './merged.ts'
import type { ConnectionSettings } from './settings.ts'

/** A place where a vendor calls in: `/hooks/<adapter>/<id>`. Its secrets are hidden from every serializer. */
export interface Endpoint {
  readonly id: string
  readonly adapter: string
  /** `null`: app-level, serving many tenants. */
  readonly tenantId: string | null
  readonly enabled: boolean
  readonly secrets: EndpointSecrets
}

interface EndpointRow {
  readonly id: string
  readonly tenant_id: string
  readonly adapter: string
  readonly secrets: string
  readonly enabled: boolean
}

/** The owner of app-level endpoints. No tenant has it, so under row-level security no tenant sees them. */
export const NO_TENANT = '00000000-0000-0000-0000-000000000000'

const COLUMNS = ['id', 'tenant_id', 'adapter', 'secrets', 'enabled'] as const

export interface EndpointPatch {
  /** Replaces the names that are given; `null` takes one away. */
  readonly secrets?: Readonly<Record<string, string | null>>
  readonly enabled?: boolean
}

export class EndpointStore {
  readonly #knex: Knex
  readonly #ring: KeyRing
  readonly #clock: Clock
  readonly #byId: ReadThrough<Endpoint>

  constructor(options: { knex: Knex; ring: KeyRing; clock: Clock; settings: ConnectionSettings }) {
    this.#knex = options.knex
    this.#ring = options.ring
    this.#clock = options.clock
    this.#byId = new ReadThrough({
      clock: options.clock,
      max: options.settings.cacheMax,
      ttlMs: options.settings.cacheMs,
      absentTtlMs: options.settings.unknownMs,
      load: (ids) => this.#load(ids),
    })
  }

  /** Whichever tenant's: for the webhook intake, which believes nothing else before the signature. Cached. */
  get(id: string): Promise<Endpoint | undefined> {
    return isUuid(id) ? this.#byId.get(id.toLowerCase()) : Promise.resolve(undefined)
  }

  async create(endpoint: {
    adapter: string
    tenantId: string | null
    secrets: Readonly<Record<string, string>>
  }): Promise<{ id: string }> {
    const tenantId = endpoint.tenantId ?? NO_TENANT
    return withTenant(this.#knex, tenantId, (trx) => this.#insert(trx, tenantId, endpoint))
  }

  /** The same in a tenant's unit of work. */
  async createIn(
    uow: UnitOfWork,
    endpoint: { adapter: string; secrets: Readonly<Record<string, string>> },
  ): Promise<Endpoint> {
    const { id } = await this.#insert(uow.trx, uow.tenantId, endpoint)
    return withHidden(
      { id, adapter: endpoint.adapter, tenantId: uow.tenantId, enabled: true },
      'secrets',
      endpoint.secrets,
    )
  }

  async find(uow: UnitOfWork, id: string): Promise<Endpoint | undefined> {
    const row = await this.#rows(uow).where({ id }).first()
    return row === undefined ? undefined : this.#endpointOf(row)
  }

  /** The tenant's own, after the one with the id `after`. */
  async list(uow: UnitOfWork, page: { after?: string; limit: number }): Promise<readonly Endpoint[]> {
    const rows = this.#rows(uow).orderBy('id').limit(page.limit)
    return (await (page.after === undefined ? rows : rows.where('id', '>', page.after))).map((row) =>
      this.#endpointOf(row),
    )
  }

  async update(uow: UnitOfWork, id: string, patch: EndpointPatch): Promise<Endpoint | undefined> {
    const row = await this.#rows(uow).where({ id }).forUpdate().first()
    if (row === undefined) return undefined
    const before = this.#endpointOf(row)
    const secrets = merged(before.secrets, patch.secrets)
    const enabled = patch.enabled ?? before.enabled
    await uow
      .trx('parley.endpoint')
      .where({ tenant_id: uow.tenantId, id })
      .update({ secrets: this.#seal(uow.tenantId, id, secrets), enabled, updated_at: this.#clock.now() })
    uow.afterCommit(() => this.#byId.forget(id))
    return withHidden({ id, adapter: before.adapter, tenantId: before.tenantId, enabled }, 'secrets', secrets)
  }

  /** False when there is none, or a connection still uses it. */
  async remove(uow: UnitOfWork, id: string): Promise<'removed' | 'in-use' | 'not-found'> {
    const { trx, tenantId } = uow
    const row = await this.#rows(uow).where({ id }).forUpdate().first()
    if (row === undefined) return 'not-found'
    const used = await trx('parley.connection')
      .where({ tenant_id: tenantId, endpoint_id: id })
      .whereNull('removed_at')
      .first('id')
    if (used !== undefined) return 'in-use'
    await trx('parley.endpoint').where({ tenant_id: tenantId, id }).delete()
    uow.afterCommit(() => this.#byId.forget(id))
    return 'removed'
  }

  #rows(uow: UnitOfWork) {
    return uow
      .trx<EndpointRow>('parley.endpoint')
      .where({ tenant_id: uow.tenantId })
      .select(...COLUMNS)
  }

  async #insert(trx: Knex, tenantId: string, endpoint: { adapter: string; secrets: Readonly<Record<string, string>> }) {
    const id = newId()
    const now = this.#clock.now()
    await trx('parley.endpoint').insert({
      tenant_id: tenantId,
      id,
      adapter: endpoint.adapter,
      secrets: this.#seal(tenantId, id, endpoint.secrets),
      enabled: true,
      created_at: now,
      updated_at: now,
    })
    return { id }
  }

  #seal(tenantId: string, id: string, secrets: Readonly<Record<string, string>>): string {
    return sealSecrets(this.#ring, secrets, endpointContext(tenantId, id))
  }

  async #load(ids: readonly string[]): Promise<ReadonlyMap<string, Endpoint>> {
    const rows = await call<EndpointRow>(this.#knex, 'select * from parley.find_endpoints(?::uuid[])', [ids])
    return new Map(rows.map((row) => [row.id, this.#endpointOf(row)]))
  }

  #endpointOf(row: EndpointRow): Endpoint {
    const tenantId = row.tenant_id === NO_TENANT ? null : row.tenant_id
    const secrets = openSecrets(this.#ring, row.secrets, endpointContext(row.tenant_id, row.id))
    return withHidden({ id: row.id, adapter: row.adapter, tenantId, enabled: row.enabled }, 'secrets', secrets)
  }
}
