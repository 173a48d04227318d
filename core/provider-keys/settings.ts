import Joi from 'joi'

/** Limits of keys for services that we call. Times are milliseconds. */
export interface ProviderKeySettings {
  /** How long a key rests that the service did not take. */
  readonly refusedRestMs: number
  /** … that was used too often, when the service does not say for how long. */
  readonly throttledRestMs: number
  /** … whose quota is used up. */
  readonly exhaustedRestMs: number
  /** Longest rest, whatever a service says. */
  readonly maxRestMs: number
  /** How old what is known of keys may be: how late another process's change is seen. */
  readonly cacheMs: number
  readonly cacheMax: number
  /** How often collected uses are written, by the machine's time. */
  readonly flushEveryMs: number
}

export const providerKeySettings: Joi.ObjectSchema<ProviderKeySettings> = Joi.object({
  refusedRestMs: Joi.number().integer().min(0).default(3_600_000),
  throttledRestMs: Joi.number().integer().min(0).default(60_000),
  exhaustedRestMs: Joi.number().integer().min(0).default(3_600_000),
  maxRestMs: Joi.number().integer().min(0).default(86_400_000),
  cacheMs: Joi.number().integer().min(0).max(5000).default(1000),
  cacheMax: Joi.number().integer().min(1).default(10_000),
  flushEveryMs: Joi.number().integer().min(100).default(5_000),
})
