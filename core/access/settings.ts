import Joi from 'joi'

/** Limits of API keys. Times are milliseconds. */
export interface AccessSettings {
  /** How long a recognised key is believed without asking again: a revoked one is dead everywhere within this time. */
  readonly cacheMs: number
  readonly cacheMax: number
  /** "Last used" is this coarse, so that a busy key costs no writes. */
  readonly lastUsedEveryMs: number
  /** Longest that a key goes on working beside the one that replaced it. */
  readonly maxOverlapMs: number
  /** How often the collected uses are written, by the machine's time. */
  readonly flushEveryMs: number
}

export const accessSettings: Joi.ObjectSchema<AccessSettings> = Joi.object({
  cacheMs: Joi.number().integer().min(0).max(5000).default(5000),
  cacheMax: Joi.number().integer().min(1).default(10_000),
  lastUsedEveryMs: Joi.number().integer().min(1000).default(60_000),
  maxOverlapMs: Joi.number()
    .integer()
    .min(0)
    .default(7 * 86_400_000),
  flushEveryMs: Joi.number().integer().min(100).default(10_000),
})

export const defaultAccessSettings: AccessSettings = Joi.attempt({}, accessSettings)
