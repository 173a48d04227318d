import Joi from 'joi'

/** App-level settings of every channel behind the Graph API: one place for every number. */
export interface GraphSettings {
  readonly graphBaseUrl: string
  readonly graphVersion: string
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly connections: number
  readonly maxAnswerBytes: number
  readonly maxWebhookBytes: number
  /** Of one account. A connection's own `messagesPerSecond` wins. */
  readonly messagesPerSecond: number
  /** How long an account rests when Graph says that its allowance is used up, but not for how long. */
  readonly usageRestMs: number
  readonly maxMediaBytes: number
  /** How long the id of an uploaded file is used again. */
  readonly uploadReuseMs: number
  readonly maxUploadsRemembered: number
}

export const count = () => Joi.number().integer().min(1)
export const baseUrl = () => Joi.string().uri({ scheme: ['https', 'http'] })

/** With what is different for one channel. */
export function graphSettingsKeys(own: {
  readonly connections: number
  readonly maxAnswerBytes: number
  readonly messagesPerSecond: number
}) {
  return {
    graphBaseUrl: baseUrl().default('https://graph.facebook.com'),
    graphVersion: Joi.string()
      .pattern(/^v\d+\.\d+$/)
      .default('v25.0'),
    timeoutMs: count().default(20_000),
    connectTimeoutMs: count().default(5_000),
    connections: count().default(own.connections),
    maxAnswerBytes: count().default(own.maxAnswerBytes),
    // Meta's payloads reach 3 MB.
    maxWebhookBytes: count().default(4 * 1024 * 1024),
    messagesPerSecond: count().default(own.messagesPerSecond),
    usageRestMs: count().default(60_000),
    maxMediaBytes: count().default(100 * 1024 * 1024),
    uploadReuseMs: Joi.number()
      .min(0)
      .default(24 * 60 * 60 * 1000),
    maxUploadsRemembered: count().default(2_000),
  }
}
