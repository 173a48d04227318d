import Joi from 'joi'

/** Limits of exports and erasures. Times are milliseconds unless the name says otherwise. */
export interface PrivacySettings {
  /** How long an export can be fetched; after that its file is gone. */
  readonly exportKeepDays: number
  /** How long a link to it works. */
  readonly linkSeconds: number
  readonly maxExportBytes: number
  /** Deadline of one run. */
  readonly runMs: number
  /** Pause before what was left undone is tried again; doubles with every try. */
  readonly retryMs: number
  readonly retryCapMs: number
  /** How long an erasure waits for handlers that have yet to see the person's events. */
  readonly patienceMs: number
  /** Raw webhook calls looked at in one statement. */
  readonly webhookBatch: number
}

export const privacySettings: Joi.ObjectSchema<PrivacySettings> = Joi.object({
  exportKeepDays: Joi.number().integer().min(1).max(90).default(7),
  linkSeconds: Joi.number().integer().min(10).max(86_400).default(900),
  maxExportBytes: Joi.number().integer().min(1024).max(4_000_000_000).default(2_000_000_000),
  runMs: Joi.number().integer().min(1000).default(600_000),
  retryMs: Joi.number().integer().min(10).default(1_000),
  retryCapMs: Joi.number().integer().min(10).default(3_600_000),
  patienceMs: Joi.number().integer().min(0).default(3_600_000),
  webhookBatch: Joi.number().integer().min(1).default(2000),
})
