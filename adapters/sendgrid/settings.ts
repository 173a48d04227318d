import { type EgressSettings, egressSettings } from '@parley/core'
import Joi from 'joi'

/**
 * App-level settings. A connection brings
 * - `externalId`: the address it writes from, of an authenticated domain or a verified sender
 * - `settings`: `{ fromName?, subject?, addresses?, inboundTokenSha256?, inboundKey? }`: other addresses that are its own; the
 *   SHA-256 (hex) of the token in the URL of Inbound Parse; the public key of its security policy, where one is set
 * - `secrets`: `{ apiKey }`
 */
export interface SendGridSettings {
  readonly apiBaseUrl: string
  readonly egress: EgressSettings
  /** Of all files of one mail. */
  readonly maxFileBytes: number
  readonly maxWebhookBytes: number
  readonly maxInboundBytes: number
  readonly webhookMaxAgeSeconds: number
}

const MIB = 1024 * 1024
const count = () => Joi.number().integer().min(1)

export const sendgridSettingsSchema: Joi.ObjectSchema<SendGridSettings> = Joi.object({
  // `https://api.eu.sendgrid.com` for accounts in the EU.
  apiBaseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default('https://api.sendgrid.com'),
  egress: egressSettings.default(),
  // "The total message size should not exceed 30 MB" (Mail Send API), and base64 makes four bytes of three.
  maxFileBytes: count().default(20 * MIB),
  maxWebhookBytes: count().default(4 * MIB),
  // "The total message size limit, including the message itself and any number of attachments, is 30 MB" (Inbound Parse).
  maxInboundBytes: count().default(32 * MIB),
  // A call that we could not take comes again for a day, with the time of its first signature; a repetition is known by its
  // event ids, so that an old call does no harm.
  webhookMaxAgeSeconds: count().default(26 * 60 * 60),
})
