import { join, resolve } from 'node:path'
import Joi from 'joi'

export interface OutboxSettings {
  /** Where the mails lie. Default: `outbox` in PARLEY_HOME. They hold live links, so only the owner may read them. */
  readonly folder: string
  /** The newest so many are kept. */
  readonly keep: number
  /** Serves the mails at /outbox, to everybody who can reach the server: for a demo on one's own machine. */
  readonly page: boolean
}

export const outboxSettings: Joi.ObjectSchema<OutboxSettings> = Joi.object({
  folder: Joi.string().default(() => join(resolve(process.env.PARLEY_HOME || '.parley'), 'outbox')),
  keep: Joi.number().integer().min(1).max(10_000).default(200),
  page: Joi.boolean().default(false),
})
