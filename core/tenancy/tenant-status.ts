import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import { asUnavailable } from '../data/unavailable.ts'
import type { Clock } from '../plugin/services.ts'
import type { Tenant } from './tenants.ts'

interface Known {
  readonly status: Tenant['status']
}

/** Tenants whose status is kept in memory at once. */
const MAX_TENANTS = 10_000

/** Whether tenants may work, cached for `cacheMs`: how late a suspension by another process is seen. */
export class TenantStatus {
  readonly #cache: ReadThrough<Known>

  constructor(options: { knex: Knex; clock: Clock; cacheMs: number }) {
    this.#cache = new ReadThrough({
      clock: options.clock,
      max: MAX_TENANTS,
      ttlMs: options.cacheMs,
      absentTtlMs: 0,
      load: (tenants) => load(options.knex, tenants),
    })
  }

  /** `undefined` for a tenant that does not exist. @throws UnavailableError */
  async of(tenantId: string): Promise<Tenant['status'] | undefined> {
    return (await this.#cache.get(tenantId))?.status
  }

  /** Call after a change has been committed. */
  forget(tenantId: string): void {
    this.#cache.forget(tenantId)
  }
}

async function load(knex: Knex, tenants: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  try {
    const { rows } = await knex.raw<{ rows: (Known & { readonly id: string })[] }>(
      'select * from parley.tenant_statuses(?::uuid[])',
      [[...tenants]],
    )
    return new Map(rows.map((row) => [row.id, row]))
  } catch (error) {
    throw asUnavailable(error)
  }
}
