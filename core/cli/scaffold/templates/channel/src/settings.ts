import { Joi } from '@parley/core'
import { BASE_URL } from './vendor.ts'

/** What an installation may set for the whole app, beside the package's name in `config/`. */
export interface Settings {
  readonly baseUrl: string
  /** Longest that a call of the API may take. */
  readonly timeoutMs: number
  readonly maxWebhookBytes: number
}

export const settingsSchema: Joi.ObjectSchema<Settings> = Joi.object({
  baseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default(BASE_URL),
  timeoutMs: Joi.number().integer().min(1).default(15_000),
  maxWebhookBytes: Joi.number()
    .integer()
    .min(1)
    .default(1024 * 1024),
})
