import Joi from 'joi'
import { IANAZone } from 'luxon'
import type { AutoReplyRules } from '../domain/auto-reply.ts'
import { type BusinessHours, WEEKDAYS } from '../domain/business-hours.ts'
import type { ConversationTimes } from '../domain/conversation.ts'
import type { KeywordRule } from '../domain/keywords.ts'

/** How a tenant wants its inbox to behave. */
export interface InboxTenantSettings {
  readonly timeZone: string
  readonly hours: Pick<BusinessHours, 'weekly' | 'holidays'>
  readonly conversation: ConversationTimes
  readonly autoReplies: AutoReplyRules & {
    /** Milliseconds of quiet before a burst is answered; null: as the installation says. */
    readonly burstMs: number | null
    readonly keywords: readonly KeywordRule[]
  }
}

const answer = Joi.string().allow('').max(4000)
const clockTime = Joi.string().pattern(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time like 09:30')
const span = Joi.object({ from: clockTime.required(), to: clockTime.required() })

function zone(value: string, helpers: Joi.CustomHelpers): unknown {
  return IANAZone.isValidZone(value) ? value : helpers.message({ custom: '{{#label}} must be an IANA time zone' })
}

const hours = Joi.object({
  weekly: Joi.object(Object.fromEntries(WEEKDAYS.map((day) => [day, Joi.array().items(span).max(10)]))).default({}),
  holidays: Joi.array()
    .items(Joi.string().pattern(/^\d{4}-\d{2}-\d{2}$/, 'a date like 2026-12-25'))
    .max(400)
    .default([]),
})
  .default()
  .description('Weekly opening hours and holidays. No open day at all: always open.')

const conversation = Joi.object({
  expireAfterHours: Joi.number().min(0.01).max(8760).default(72),
  reopenHours: Joi.number().min(0).max(8760).default(24),
}).default()

const autoReplies = Joi.object({
  enabled: Joi.boolean().default(true),
  burstMs: Joi.number().integer().min(0).max(60_000).allow(null).default(null),
  greeting: answer.default(''),
  away: Joi.object({
    text: answer.default(''),
    cooldownMinutes: Joi.number().min(0).max(10_080).default(60),
  }).default(),
  keywords: Joi.array()
    .items(
      Joi.object({
        words: Joi.array().items(Joi.string().trim().min(1).max(100)).min(1).max(50).required(),
        answer: Joi.string().max(4000).required(),
      }),
    )
    .max(200)
    .default([]),
  maxPerThreadPerHour: Joi.number().integer().min(0).max(1_000_000).default(30),
}).default()

export const tenantSettingsSchema: Joi.ObjectSchema<InboxTenantSettings> = Joi.object({
  timeZone: Joi.string().custom(zone).default('UTC'),
  hours,
  conversation,
  autoReplies,
})
