import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'
import { CONSENT_MEANS, CONSENT_WISHES, type ConsentMeans, type ConsentWish } from '../ports/consent.ts'

/** A wish that is now another than before. Repeating one is kept in the history, and is no event. */
export interface ConsentChanged {
  readonly changeId: string
  readonly contactId: string
  /** A channel's key, or `*` for every channel. */
  readonly channel: string
  readonly purpose: string
  readonly wish: ConsentWish
  readonly means: ConsentMeans
  /** When the person said so, ISO 8601 UTC. */
  readonly occurredAt: string
}

export const consentChanged = defineEvent<ConsentChanged>({
  type: 'consent.changed.v1',
  /** Key: the contact's id. */
  topic: 'consent',
  summary: 'A person agreed to be written to, or asked not to be any more.',
  schema: Joi.object({
    changeId: Joi.string().uuid().required(),
    contactId: Joi.string().uuid().required(),
    channel: Joi.string().required(),
    purpose: Joi.string().required(),
    wish: Joi.valid(...CONSENT_WISHES).required(),
    means: Joi.valid(...CONSENT_MEANS).required(),
    occurredAt: Joi.string().isoDate().required(),
  }),
})
