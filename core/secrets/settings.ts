import Joi from 'joi'

/** Times of key rotation, in milliseconds. */
export interface SecretsSettings {
  /** How often each process looks for new keys. */
  readonly pollMs: number
  /** How long a new key is known before it seals. Every process has to look at least once meanwhile. */
  readonly activateAfterMs: number
  /** How long after that what is under older keys is sealed anew: by then nobody seals with them any more. */
  readonly resealAfterMs: number
  /** Rows sealed anew in one transaction. */
  readonly resealBatch: number
  /** How long a key stays after it was replaced, for what it signed: tokens, sessions, links. */
  readonly retireAfterMs: number
}

export const secretsSettings: Joi.ObjectSchema<SecretsSettings> = Joi.object({
  pollMs: Joi.number().integer().min(50).max(5_000).default(1_000),
  activateAfterMs: Joi.number().integer().min(0).default(5_000),
  resealAfterMs: Joi.number().integer().min(0).default(5_000),
  resealBatch: Joi.number().integer().min(1).max(5_000).default(200),
  retireAfterMs: Joi.number()
    .integer()
    .min(0)
    .default(30 * 86_400_000),
})
