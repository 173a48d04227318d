import { ReadThrough } from '../cache/read-through.ts'
import type { PlanTiers } from '../contracts/ports/plan-tiers.ts'
import type { Clock } from '../plugin/services.ts'
import type { Tenants } from './tenants.ts'

/** The plan of a tenant that is not there. */
const NO_PLAN = 'free'

export interface TiersOptions {
  readonly clock: Clock
  /** How long a plan is believed. */
  readonly cacheMs: number
  readonly cacheMax: number
  /** Whoever knows better than the tenant's own record, once it runs. */
  readonly source: () => PlanTiers | undefined
  readonly tenants: Pick<Tenants, 'find'>
}

/** Which plan a tenant is on, cached: from whoever provides `plan-tiers`, or from the tenant's record. */
export class Tiers implements PlanTiers {
  readonly #source: TiersOptions['source']
  readonly #tenants: TiersOptions['tenants']
  readonly #known: ReadThrough<{ readonly tier: string }>

  constructor({ clock, cacheMs, cacheMax, source, tenants }: TiersOptions) {
    this.#source = source
    this.#tenants = tenants
    this.#known = new ReadThrough({
      clock,
      max: cacheMax,
      ttlMs: cacheMs,
      absentTtlMs: 0,
      load: (ids) => this.#load(ids),
    })
  }

  async tierOf(tenantId: string): Promise<string> {
    return (await this.#known.get(tenantId))?.tier ?? NO_PLAN
  }

  async #load(ids: readonly string[]): Promise<ReadonlyMap<string, { readonly tier: string }>> {
    return new Map(await Promise.all(ids.map(async (id) => [id, { tier: await this.#ask(id) }] as const)))
  }

  async #ask(id: string): Promise<string> {
    return (await this.#source()?.tierOf(id)) ?? (await this.#tenants.find(id))?.plan ?? NO_PLAN
  }
}
