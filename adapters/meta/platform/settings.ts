import Joi from 'joi'

/** App-level settings that Messenger and Instagram share: one place for every number. */
export interface PlatformSettings {
  readonly graphBaseUrl: string
  readonly graphVersion: string
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly connections: number
  readonly maxAnswerBytes: number
  readonly maxWebhookBytes: number
  /** Of one account: words and pictures, and films and sound. A connection's own `messagesPerSecond` wins over the first. */
  readonly messagesPerSecond: number
  readonly filmsPerSecond: number
  /** How long an account rests when Graph says that its allowance is used up, but not for how long. */
  readonly usageRestMs: number
  readonly maxMediaBytes: number
  readonly uploadReuseMs: number
  readonly maxUploadsRemembered: number
  /** How long a link to a file of ours opens for Meta. */
  readonly linkSeconds: number
  /** Where Meta finds our files, where the store's links are paths on our own server. */
  readonly publicUrl?: string
  /** Meta approved the app for the Human Agent feature: people may answer for seven days. */
  readonly humanAgent: boolean
  /** A token that ends within this many days is renewed, or shown as ending. */
  readonly renewTokenDays: number
}

const count = () => Joi.number().integer().min(1)

export const platformSettingsKeys = {
  graphBaseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default('https://graph.facebook.com'),
  graphVersion: Joi.string()
    .pattern(/^v\d+\.\d+$/)
    .default('v25.0'),
  timeoutMs: count().default(20_000),
  connectTimeoutMs: count().default(5_000),
  connections: count().default(32),
  maxAnswerBytes: count().default(1024 * 1024),
  maxWebhookBytes: count().default(4 * 1024 * 1024),
  // Meta's "Rate limits" of the Send API (September 2026): 300 calls a second for text, 10 for audio and video.
  messagesPerSecond: count().default(300),
  filmsPerSecond: count().default(10),
  usageRestMs: count().default(60_000),
  maxMediaBytes: count().default(100 * 1024 * 1024),
  uploadReuseMs: Joi.number()
    .min(0)
    .default(24 * 60 * 60 * 1000),
  maxUploadsRemembered: count().default(2_000),
  linkSeconds: count().default(60 * 60),
  publicUrl: Joi.string().uri({ scheme: ['https', 'http'] }),
  humanAgent: Joi.boolean().default(false),
  renewTokenDays: count().default(10),
}
