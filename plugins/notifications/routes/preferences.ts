import {
  defineRoute,
  NOTIFICATION_CHANNELS,
  type NotificationChannel,
  ok,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { IANAZone } from 'luxon'
import type { Parts } from '../context.ts'
import { KINDS } from '../domain/kinds.ts'
import type { Digest, QuietHours } from '../domain/quiet-hours.ts'
import { Choice, Profile } from '../models/wishes.ts'
import { OWN, TAGS } from './schemas.ts'

interface Preferences {
  readonly timeZone: string | null
  readonly quietHours: QuietHours | null
  readonly digest: Digest
  readonly digestAt: string
  readonly choices: readonly {
    readonly kind: string
    readonly channel: NotificationChannel
    readonly enabled: boolean
  }[]
}

const clockTime = Joi.string().pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 22:00')
const zone = Joi.string().custom((value: string, helpers) =>
  IANAZone.isValidZone(value) ? value : helpers.message({ custom: '{{#label}} must be an IANA time zone' }),
)

const preferences = {
  timeZone: zone.allow(null).default(null).description("Absent: the tenant's."),
  quietHours: Joi.object({ from: clockTime.required(), to: clockTime.required() })
    .allow(null)
    .default(null)
    .description('No mail then; what comes waits for their end.'),
  digest: Joi.valid('none', 'hourly', 'daily').default('none').description('Mails one by one, or gathered.'),
  digestAt: clockTime.default('09:00'),
  choices: Joi.array()
    .items(
      Joi.object({
        kind: Joi.string().max(100).required(),
        channel: Joi.valid(...NOTIFICATION_CHANNELS).required(),
        enabled: Joi.boolean().required(),
      }),
    )
    .max(500)
    .unique((a, b) => a.kind === b.kind && a.channel === b.channel)
    .default([]),
}

const answer = Joi.object({
  ...preferences,
  kinds: Joi.array()
    .items(
      Joi.object({
        kind: Joi.string().required(),
        summary: Joi.string().required(),
        channels: Joi.array().items(Joi.string()).required(),
      }),
    )
    .required()
    .description('What the platform notifies of, and where it goes to people who never chose.'),
}).label('NotificationPreferences')

export function getPreferences({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/notifications/preferences',
    id: 'getNotificationPreferences',
    summary: 'How the caller wants to be told of what.',
    tags: TAGS,
    access: OWN,
    responses: { 200: { description: 'The preferences.', schema: answer } },
    handle: async ({ tenantId, actor }) =>
      ok(await database.transaction(tenantId, (uow) => read(uow, actor?.id ?? ''))),
  })
}

export function putPreferences({ database }: Parts): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/notifications/preferences',
    id: 'putNotificationPreferences',
    summary: 'Says anew how the caller wants to be told: kinds by channel, quiet hours, digest.',
    tags: TAGS,
    access: OWN,
    payload: Joi.object<Preferences>(preferences),
    responses: { 200: { description: 'The preferences.', schema: answer } },
    handle: async ({ tenantId, actor, payload }) =>
      ok(await database.transaction(tenantId, (uow) => write(uow, actor?.id ?? '', payload))),
  })
}

async function read(uow: UnitOfWork, userId: string) {
  const profile = await Profile.in(uow).findOne({ user_id: userId })
  const choices = await Choice.in(uow).where('user_id', userId).orderBy(['kind', 'channel'])
  const { time_zone = null, quiet_from = null, quiet_to = null, digest = 'none', digest_at = '09:00' } = profile ?? {}
  return {
    timeZone: time_zone,
    quietHours: quiet_from === null || quiet_to === null ? null : { from: quiet_from, to: quiet_to },
    digest,
    digestAt: digest_at,
    choices: choices.map(({ kind, channel, enabled }) => ({ kind, channel, enabled })),
    kinds: KINDS,
  }
}

async function write(uow: UnitOfWork, userId: string, wanted: Preferences) {
  await Profile.in(uow).where('user_id', userId).delete()
  await Profile.in(uow).insert({
    user_id: userId,
    time_zone: wanted.timeZone,
    quiet_from: wanted.quietHours?.from ?? null,
    quiet_to: wanted.quietHours?.to ?? null,
    digest: wanted.digest,
    digest_at: wanted.digestAt,
  })
  await Choice.in(uow).where('user_id', userId).delete()
  if (wanted.choices.length > 0)
    await Choice.in(uow).insert(wanted.choices.map((choice) => ({ user_id: userId, ...choice })))
  return read(uow, userId)
}
