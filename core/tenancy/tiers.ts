import { ReadThrough } from '../cache/read-through.ts'
import type { PlanTiers } from '../contracts/ports/plan-tiers.ts'
import type { Clock } from '../plugin/services.ts'

/** The plan of a tenant that nobody has put on one, or of an installation without plans. */
export const NO_PLAN = 'free'

export interface TiersOptions {
  readonly clock: Clock
  /** How long a plan is believed. */
  readonly cacheMs: number
  readonly cacheMax: number
  /** Whoever knows the plans, once it runs. */
  readonly source: () => PlanTiers | undefined
}

/** Which plan a tenant is on, cached, from whoever provides `plan-tiers`. */
export class Tiers implements PlanTiers {
  readonly #source: TiersOptions['source']
  readonly #known: ReadThrough<{ readonly tier: string }>

  constructor({ clock, cacheMs, cacheMax, source }: TiersOptions) {
    this.#source = source
    this.#known = new ReadThrough({
      clock,
      max: cacheMax,
      ttlMs: cacheMs,
      absentTtlMs: 0,
      load: (tenants) => this.#load(tenants),
    })
  }

  async tierOf(tenantId: string): Promise<string> {
    if (this.#source() === undefined) return NO_PLAN
    return (await this.#known.get(tenantId))?.tier ?? NO_PLAN
  }

  async #load(tenants: readonly string[]): Promise<ReadonlyMap<string, { readonly tier: string }>> {
    const source = this.#source()
    if (source === undefined) return new Map()
    return new Map(
      await Promise.all(tenants.map(async (tenant) => [tenant, { tier: await source.tierOf(tenant) }] as const)),
    )
  }
}
