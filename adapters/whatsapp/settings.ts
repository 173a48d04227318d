import Joi from 'joi'
import { count, type GraphSettings, graphSettingsKeys } from '../meta/graph-settings.ts'

/**
 * App-level settings. A connection brings
 * - `externalId`: the phone number id; `aliases: ['waba:<id>']`
 * - `settings`: `{ wabaId, messagesPerSecond? }` (20 for a number in coexistence, up to 1,000 once Meta raised it)
 * - `secrets`: `{ accessToken }`
 */
export interface WhatsAppSettings extends GraphSettings {
  /** From one number to one person: one per interval, after a burst. */
  readonly pairIntervalMs: number
  readonly pairBurst: number
  /** People whose pair allowance is remembered at once. */
  readonly maxPairs: number
  readonly templatesPerPage: number
  readonly maxTemplatePages: number
}

export const whatsappSettingsSchema: Joi.ObjectSchema<WhatsAppSettings> = Joi.object({
  // Of one number, sent and received together at Meta's side; we pace what we send. Meta keeps an uploaded file for 30 days.
  ...graphSettingsKeys({ connections: 64, maxAnswerBytes: 4 * 1024 * 1024, messagesPerSecond: 80 }),
  pairIntervalMs: Joi.number().min(0).default(6_000),
  pairBurst: count().default(45),
  maxPairs: count().default(100_000),
  templatesPerPage: count().max(1000).default(100),
  maxTemplatePages: count().default(100),
})
