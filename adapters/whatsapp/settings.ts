import Joi from 'joi'

/**
 * App-level settings: one place for every number. A connection brings
 * - `externalId`: the phone number id; `aliases: ['waba:<id>']`
 * - `settings`: `{ wabaId, messagesPerSecond? }` (20 for a number in coexistence, up to 1,000 once Meta raised it)
 * - `secrets`: `{ accessToken }`
 */
export interface WhatsAppSettings {
  readonly graphBaseUrl: string
  readonly graphVersion: string
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly connections: number
  readonly maxAnswerBytes: number
  readonly maxWebhookBytes: number
  /** Of one number, sent and received together at Meta's side; we pace what we send. */
  readonly messagesPerSecond: number
  /** From one number to one person: one per interval, after a burst. */
  readonly pairIntervalMs: number
  readonly pairBurst: number
  /** People whose pair allowance is remembered at once. */
  readonly maxPairs: number
  /** How long a number rests when Graph says that its allowance is used up, but not for how long. */
  readonly usageRestMs: number
  readonly maxMediaBytes: number
  /** How long the id of an uploaded file is used again. Meta keeps it for 30 days. */
  readonly uploadReuseMs: number
  readonly maxUploadsRemembered: number
  readonly templatesPerPage: number
  readonly maxTemplatePages: number
}

const count = () => Joi.number().integer().min(1)

export const whatsappSettingsSchema: Joi.ObjectSchema<WhatsAppSettings> = Joi.object({
  graphBaseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default('https://graph.facebook.com'),
  graphVersion: Joi.string()
    .pattern(/^v\d+\.\d+$/)
    .default('v25.0'),
  timeoutMs: count().default(20_000),
  connectTimeoutMs: count().default(5_000),
  connections: count().default(64),
  maxAnswerBytes: count().default(4 * 1024 * 1024),
  // Meta's payloads reach 3 MB.
  maxWebhookBytes: count().default(4 * 1024 * 1024),
  messagesPerSecond: count().default(80),
  pairIntervalMs: Joi.number().min(0).default(6_000),
  pairBurst: count().default(45),
  maxPairs: count().default(100_000),
  usageRestMs: count().default(60_000),
  maxMediaBytes: count().default(100 * 1024 * 1024),
  uploadReuseMs: Joi.number()
    .min(0)
    .default(24 * 60 * 60 * 1000),
  maxUploadsRemembered: count().default(2_000),
  templatesPerPage: count().max(1000).default(100),
  maxTemplatePages: count().default(100),
})
