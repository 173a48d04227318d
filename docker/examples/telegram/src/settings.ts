import { Joi } from '@parley/core'

const MIB = 1024 * 1024

/** What an installation may set for the whole app, beside the package's name in `config/`. */
export interface Settings {
  /** Another one for a Bot API server of one's own, which also takes larger files. */
  readonly baseUrl: string
  /** Longest that a call of the API may take. */
  readonly timeoutMs: number
  readonly maxWebhookBytes: number
  /** The largest file that is fetched. Telegram's own server hands a bot at most 20 MB. */
  readonly maxMediaBytes: number
}

const count = () => Joi.number().integer().min(1)

export const settingsSchema: Joi.ObjectSchema<Settings> = Joi.object({
  baseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default('https://api.telegram.org'),
  timeoutMs: count().default(30_000),
  maxWebhookBytes: count().default(MIB),
  maxMediaBytes: count().default(20 * MIB),
})
