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
  readonly createdAt: Date
}

export type NewTenant = Pick<Tenant, 'slug' | 'name'> & Partial<Pick<Tenant, 'region' | 'currency' | 'timeZone'>>

interface Row {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly region: string
  readonly currency: string
  readonly time_zone: string
  readonly status: Tenant['status']
  readonly created_at: Date
}

const schema = Joi.object<Required<NewTenant>>({
  slug: Joi.string()
    .pattern(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case, digits and hyphens')
    .required(),
  name: Joi.string().max(200).required(),
  region: Joi.string().length(2).uppercase().default('US'),
  currency: Joi.string().length(3).uppercase().default('USD'),
  timeZone: Joi.string()
    .default('UTC')
    .custom((zone, helpers) =>
      IANAZone.isValidZone(zone) ? zone : helpers.message({ custom: '{{#label}} must be an IANA time zone' }),
    ),
})

/** The tenants of this installation. Kernel code only: it crosses tenants, so no plugin is handed it. */
export class Tenants {
  readonly #knex: Knex
  readonly #clock: Clock

  constructor(options: { knex: Knex; clock: Clock }) {
    this.#knex = options.knex
    this.#clock = options.clock
  }

  /** With a unit of work, in its transaction. Throws `tenant.invalid` naming the field. */
  async create(tenant: NewTenant, uow?: UnitOfWork): Promise<Result<{ tenant: Tenant }, 'slug-taken'>> {
    const { value, error } = schema.validate(tenant, { abortEarly: false })
    if (error) {
      throw new ParleyError('tenant.invalid', `a tenant needs: ${reasonsOf(error).join('; ')}`, {
        details: { field: fieldOf(error) },
      })
    }
    const made: Tenant = { ...value, id: newId(), status: 'active', createdAt: this.#clock.now() }
    const rows = await this.#call(
      'select parley.create_tenant(?, ?, ?, ?, ?, ?, ?) as created',
      [made.id, made.slug, made.name, made.region, made.currency, made.timeZone, made.createdAt],
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

  /** Changes the unit of work's own tenant. */
  async update(patch: Partial<Pick<Tenant, 'name' | 'timeZone'>>, uow: UnitOfWork): Promise<void> {
    const columns = {
      ...(patch.name === undefined ? {} : { name: patch.name }),
      ...(patch.timeZone === undefined ? {} : { time_zone: patch.timeZone }),
    }
    if (Object.keys(columns).length > 0) await uow.trx('parley.tenant').where({ id: uow.tenantId }).update(columns)
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

function tenantOf(row: Row): Tenant {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    region: row.region,
    currency: row.currency,
    timeZone: row.time_zone,
    status: row.status,
    createdAt: row.created_at,
  }
}
