import { type EgressSettings, egressSettings } from '@parley/core'
import Joi from 'joi'

/**
 * App-level settings. A connection brings
 * - `externalId`: the address it writes from, of a verified domain
 * - `settings`: `{ fromName?, subject?, addresses? }`: other addresses that are its own, which its aliases name as well
 * - `secrets`: `{ apiKey }`, with full access: receiving and testing read
 */
export interface ResendSettings {
  readonly apiBaseUrl: string
  readonly egress: EgressSettings
  /** Of all files of one mail. */
  readonly maxFileBytes: number
  readonly maxWebhookBytes: number
  readonly maxInboundBytes: number
  readonly webhookMaxAgeSeconds: number
  readonly fetchConcurrency: number
  readonly fetchMaxAttempts: number
  /** How long a mail waits to be fetched while the key is refused. */
  readonly authRetryMs: number
}

const MIB = 1024 * 1024
const count = () => Joi.number().integer().min(1)

export const resendSettingsSchema: Joi.ObjectSchema<ResendSettings> = Joi.object({
  apiBaseUrl: Joi.string()
    .uri({ scheme: ['https', 'http'] })
    .default('https://api.resend.com'),
  egress: egressSettings.default(),
  // "40MB maximum per email, including attachments after Base64 encoding" (Send Email, 2026).
  maxFileBytes: count().default(28 * MIB),
  maxWebhookBytes: count().default(MIB),
  maxInboundBytes: count().default(40 * MIB),
  // Each try of a call is signed anew (Svix), so this only covers clocks that differ.
  webhookMaxAgeSeconds: count().default(300),
  fetchConcurrency: count().default(4),
  fetchMaxAttempts: count().default(10),
  authRetryMs: count().default(60_000),
})
