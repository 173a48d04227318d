import type { Knex } from 'knex'
import type { PlanTiers } from '../../contracts/ports/plan-tiers.ts'
import type { Logger } from '../../plugin/services.ts'
import { openRedis } from './redis.ts'
import { RequestLimits } from './request-limits.ts'
import type { LimitSettings } from './settings.ts'

export interface OpenLimitsOptions {
  readonly knex: Knex
  /** Absent: counts lie in Postgres. */
  readonly redisUrl: string | undefined
  readonly settings: LimitSettings
  readonly tiers: PlanTiers
  readonly log: Logger
}

/** The limits over Redis where there is one, over Postgres otherwise. `close` shares what is left and lets go. */
export async function openLimits(options: OpenLimitsOptions) {
  const { knex, redisUrl, settings, tiers, log } = options
  const redis = redisUrl === undefined ? undefined : await openRedis(redisUrl, log)
  const store = redis === undefined ? ({ kind: 'postgres', knex } as const) : ({ kind: 'redis', redis } as const)
  const limits = new RequestLimits({ store, settings, tiers, log })
  limits.start()
  return {
    limits,
    close: async () => {
      await limits.stop()
      redis?.disconnect()
    },
  }
}
