import { CONSENT_MEANS, CONSENT_WISHES } from '@parley/core'
import Joi from 'joi'
import type { Change } from '../models/change.ts'
import type { Standing } from '../models/standing.ts'

export const uuid = Joi.string().uuid()
export const idParams = Joi.object<{ id: string }>({ id: uuid.required() })

/** Lists are sorted by the id of a change, which is by time. */
export const place = Joi.array<[string]>().ordered(uuid.required())

export const channel = Joi.string()
  .pattern(/^(\*|[a-z][a-z0-9-]{0,62})$/, 'a channel, or *')
  .description("A channel's key, or * for every channel.")
export const purpose = Joi.string().pattern(/^[a-z][a-z0-9-]{0,39}$/, 'a purpose')
export const wish = Joi.valid(...CONSENT_WISHES)
export const means = Joi.valid(...CONSENT_MEANS)

const time = Joi.string().isoDate()

export const standingSchema = Joi.object({
  contactId: uuid.allow(null).required().description('null: an erased person, whose address is still not written to.'),
  about: Joi.valid('contact', 'address').required().description('What the wish goes with when contacts are merged.'),
  channel: Joi.string().required(),
  purpose: Joi.string().required(),
  wish: wish.required(),
  means: means.required(),
  changeId: uuid.required(),
  changedAt: time.required(),
}).label('ConsentStanding')

export const changeSchema = Joi.object({
  id: uuid.required(),
  contactId: uuid.allow(null).required(),
  about: Joi.valid('contact', 'address').required(),
  channel: Joi.string().required(),
  purpose: Joi.string().required(),
  wish: wish.required(),
  means: means.required(),
  by: Joi.object({ kind: Joi.string().required(), id: Joi.string().allow('').required() }).required(),
  proof: Joi.string().allow(null).required(),
  eventId: Joi.string().allow(null).required().description("The channel's event that carried it."),
  occurredAt: time.required(),
  recordedAt: time.required(),
}).label('ConsentChange')

const aboutOf = (subject: string) => (subject.startsWith('contact:') ? 'contact' : 'address')

export function standingView(standing: Standing) {
  return {
    contactId: standing.contact_id,
    about: aboutOf(standing.subject),
    channel: standing.channel,
    purpose: standing.purpose,
    wish: standing.wish,
    means: standing.means,
    changeId: standing.change_id,
    changedAt: standing.changed_at.toISOString(),
  }
}

export function changeView(change: Change) {
  return {
    id: change.id,
    contactId: change.contact_id,
    about: aboutOf(change.subject),
    channel: change.channel,
    purpose: change.purpose,
    wish: change.wish,
    means: change.means,
    by: { kind: change.by_kind, id: change.by_id },
    proof: change.proof,
    eventId: change.event_id,
    occurredAt: change.occurred_at.toISOString(),
    recordedAt: change.recorded_at.toISOString(),
  }
}
