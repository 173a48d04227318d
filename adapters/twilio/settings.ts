import Joi from 'joi'

/**
 * App-level settings, the same for SMS and for Twilio's WhatsApp. A connection brings
 * - `externalId`: the number (`+15005550006`), the Messaging Service (`MG…`) or the WhatsApp sender (`whatsapp:+15005550006`)
 * - `settings`: `{ accountSid, messagingServiceSid? }`; with a service the number is one of its pool, and the service sends
 * - `secrets`: `{ authToken }`, or `{ apiKeySid, apiKeySecret }`
 */
export interface TwilioSettings {
  /** Where all of Twilio's APIs are instead: a simulator. Without it, Twilio's own hosts. */
  readonly apiBaseUrl?: string
  /** Where Twilio reaches us, for status callbacks and for files of ours. */
  readonly publicUrl?: string
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly connections: number
  readonly maxAnswerBytes: number
  readonly maxWebhookBytes: number
  readonly maxMediaBytes: number
  /** How long a link to a file of ours opens: Twilio may fetch it late, when its queue is long. */
  readonly linkSeconds: number
  readonly templatesPerPage: number
  readonly maxTemplatePages: number
}

const count = () => Joi.number().integer().min(1)
const address = () => Joi.string().uri({ scheme: ['https', 'http'] })

export const twilioSettingsSchema: Joi.ObjectSchema<TwilioSettings> = Joi.object({
  apiBaseUrl: address(),
  publicUrl: address(),
  timeoutMs: count().default(20_000),
  connectTimeoutMs: count().default(5_000),
  connections: count().default(32),
  maxAnswerBytes: count().default(4 * 1024 * 1024),
  // A form of a message with ten files has some 5 KB.
  maxWebhookBytes: count().default(256 * 1024),
  maxMediaBytes: count().default(100 * 1024 * 1024),
  linkSeconds: count().default(24 * 60 * 60),
  templatesPerPage: count().max(500).default(100),
  maxTemplatePages: count().default(50),
})
