import Joi from 'joi'

export interface FlagSettings {
  /** How often a process asks whether flags have changed, in milliseconds: the most that a change elsewhere is late. */
  readonly pollMs: number
  /** How long a tenant's plan is believed. */
  readonly planCacheMs: number
  /** Tenants whose plan, and ids whose bucket, are kept in memory. */
  readonly cacheMax: number
  /** Effects that a trial lists; it counts all. */
  readonly trialEffects: number
}

export const flagSettings: Joi.ObjectSchema<FlagSettings> = Joi.object({
  pollMs: Joi.number().integer().min(10).max(800).default(400),
  planCacheMs: Joi.number().integer().min(0).max(60_000).default(1000),
  cacheMax: Joi.number().integer().min(1).default(10_000),
  trialEffects: Joi.number().integer().min(0).max(1000).default(100),
})
