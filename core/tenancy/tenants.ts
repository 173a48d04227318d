import Joi from 'joi'
import type { Knex } from 'knex'
import { IANAZone } from 'luxon'
import { fieldOf, reasonsOf } from '../config/reasons.ts'
import { asUnavailable } from '../data/unavailable.ts'
import { ParleyError } from '../plugin/errors.ts'
import { newId } from '../plugin/new-id.ts'
import { type Result, refuse } from '../plugin/result.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'

export interface Tenant {
  readonly id: string
  /** Unique, lower case, for URLs and logs. */
  readonly slug: string
  readonly name: string
  /** ISO 3166 alpha-2; decides which providers may serve. */
  readonly region: string
  /** ISO 4217 */
  readonly currency: string
  /** IANA zone that calendar rules run in. */
  readonly timeZone: string
  readonly status: 'active' | 'suspended' | 'closed'
  /** Why it is suspended; empty otherwise. */
  readonly statusReason: string
  /** Which plan it is on: what features and limits go by. */
  readonly plan: string
  readonly createdAt: Date
}

export type NewTenant = Pick<Tenant, 'slug' | 'name'> &
  Partial<Pick<Tenant, 'region' | 'currency' | 'timeZone' | 'plan'>>

/** What can be changed of a tenant that is there. */
export type TenantPatch = Partial<
  Pick<Tenant, 'name' | 'timeZone' | 'region' | 'currency' | 'plan' | 'status' | 'statusReason'>
>

export interface TenantSearch {
  /** A part of the name or the slug. */
  readonly text?: string
  readonly status?: Tenant['status']
  readonly plan?: string
  /** The id of the last tenant seen. */
  readonly after?: string
  readonly limit: number
}

interface Row {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly region: string
  readonly currency: string
  readonly time_zone: string
  readonly status: Tenant['status']
  readonly status_reason: string
  readonly plan: string
  readonly created_at: Date
}

const timeZone = Joi.string().custom((zone, helpers) =>
  IANAZone.isValidZone(zone) ? zone : helpers.message({ custom: '{{#label}} must be an IANA time zone' }),
)
const region = Joi.string().length(2).uppercase()
const currency = Joi.string().length(3).uppercase()
const name = Joi.string().max(200)
/** `free`, `pro`: a word that features and limits go by. */
const plan = Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower case, digits and hyphens')

const schema = Joi.object<Required<NewTenant>>({
  slug: Joi.string()
    .pattern(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case, digits and hyphens')
    .required(),
  name: name.required(),
  region: region.default('US'),
  currency: currency.default('USD'),
  timeZone: timeZone.default('UTC'),
  plan: plan.default('free'),
})

const patchSchema = Joi.object<TenantPatch>({
  ...{ name, timeZone, region, currency, plan },
  status: Joi.valid('active', 'suspended', 'closed'),
  statusReason: Joi.string().max(500).allow(''),
})

const COLUMNS = {
  name: 'name',
  timeZone: 'time_zone',
  region: 'region',
  currency: 'currency',
  plan: 'plan',
  status: 'status',
  statusReason: 'status_reason',
} as const satisfies Record<keyof TenantPatch, string>

/** The tenants of this installation. Kernel code only: it crosses tenants, so no plugin is handed it. */
export class Tenants {
  readonly #knex: Knex
  readonly #clock: Clock
  readonly #changed: (tenantId: string) => void

  /** `changed`: told when a tenant was changed here, for caches. */
  constructor(options: { knex: Knex; clock: Clock; changed?: (tenantId: string) => void }) {
    const { knex, clock, changed = () => {} } = options
    this.#knex = knex
    this.#clock = clock
    this.#changed = changed
  }

  /** With a unit of work, in its transaction. Throws `tenant.invalid` naming the field. */
  async create(tenant: NewTenant, uow?: UnitOfWork): Promise<Result<{ tenant: Tenant }, 'slug-taken'>> {
    const value = checked(schema, tenant)
    const made: Tenant = { ...value, id: newId(), status: 'active', statusReason: '', createdAt: this.#clock.now() }
    const rows = await this.#call(
      'select parley.create_tenant(?, ?, ?, ?, ?, ?, ?, ?) as created',
      [made.id, made.slug, made.name, made.region, made.currency, made.timeZone, made.createdAt, made.plan],
      uow?.trx,
    )
    const [row] = rows as readonly { created: boolean | null }[]
    return row?.created === true
      ? { ok: true, tenant: made }
      : refuse('slug-taken', `there is a tenant ${made.slug} already`)
  }

  async find(id: string): Promise<Tenant | undefined> {
    return this.#first('select * from parley.find_tenant(?)', id)
  }

  async findBySlug(slug: string): Promise<Tenant | undefined> {
    return this.#first('select * from parley.find_tenant_by_slug(?)', slug)
  }

  /** In the order they were made, at most `limit`, after the tenant with the id `after`. */
  async list(options: { after?: string; limit: number }): Promise<readonly Tenant[]> {
    const rows = await this.#call('select * from parley.list_tenants(?, ?)', [options.after ?? null, options.limit])
    return (rows as readonly Row[]).map(tenantOf)
  }

  /** As `list`, of those that match. */
  async search({ text, status, plan, after, limit }: TenantSearch): Promise<readonly Tenant[]> {
    const wanted = [text ?? null, status ?? null, plan ?? null, after ?? null, limit]
    const rows = await this.#call('select * from parley.search_tenants(?, ?, ?, ?, ?)', wanted)
    return (rows as readonly Row[]).map(tenantOf)
  }

  /** How many there are, by status and plan. */
  async count(): Promise<readonly { status: Tenant['status']; plan: string; tenants: number }[]> {
    const rows = await this.#call('select * from parley.count_tenants()', [])
    return (rows as readonly { status: Tenant['status']; plan: string; tenants: string }[]).map((row) => ({
      ...row,
      tenants: Number(row.tenants),
    }))
  }

  /** Changes the unit of work's own tenant. Throws `tenant.invalid` naming the field. */
  async update(patch: TenantPatch, uow: UnitOfWork): Promise<void> {
    const columns: Record<string, unknown> = {}
    for (const [field, value] of Object.entries(checked(patchSchema, patch)))
      if (value !== undefined) columns[COLUMNS[field as keyof TenantPatch]] = value
    if (Object.keys(columns).length === 0) return
    if (patch.status !== undefined) columns.status_at = this.#clock.now()
    await uow.trx('parley.tenant').where({ id: uow.tenantId }).update(columns)
    uow.afterCommit(() => this.#changed(uow.tenantId))
  }

  async #first(sql: string, value: string): Promise<Tenant | undefined> {
    const [row] = (await this.#call(sql, [value])) as readonly Row[]
    return row === undefined ? undefined : tenantOf(row)
  }

  async #call(
    sql: string,
    values: readonly Knex.RawBinding[],
    knex: Knex | Knex.Transaction = this.#knex,
  ): Promise<readonly unknown[]> {
    try {
      const { rows } = await knex.raw<{ rows: unknown[] }>(sql, values)
      return rows
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}

function checked<T>(shape: Joi.ObjectSchema<T>, given: object): T {
  const { value, error } = shape.validate(given, { abortEarly: false })
  if (error === undefined) return value
  throw new ParleyError('tenant.invalid', `a tenant needs: ${reasonsOf(error).join('; ')}`, {
    details: { field: fieldOf(error) },
  })
}

function tenantOf(row: Row): Tenant {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    region: row.region,
    currency: row.currency,
    timeZone: row.time_zone,
    status: row.status,
    statusReason: row.status_reason,
    plan: row.plan,
    createdAt: row.created_at,
  }
}
