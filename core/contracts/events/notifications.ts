import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'

/** Topic `notifications`. Key: the user's id, or of a request what it is about. */
const topic = 'notifications'

export const NOTIFICATION_CHANNELS = ['in-app', 'email', 'webhook'] as const
export type NotificationChannel = (typeof NOTIFICATION_CHANNELS)[number]

export interface NotificationRequested {
  /** `invoice.overdue`: what people switch on and off. */
  readonly kind: string
  /** Ids of members, or a permission that all receivers hold. */
  readonly to: { readonly users: readonly string[] } | { readonly permission: string }
  /** Short, and without customers' words: it is kept and mailed. */
  readonly title: string
  readonly body?: string
  /** A path of the console: `/inbox/<id>`. */
  readonly link?: string
  /** Unread ones of the same group become one, with a count. */
  readonly group?: string
  /** Where it goes to people who never chose for this kind. Default: in-app. */
  readonly channels?: readonly NotificationChannel[]
}

export const notificationRequested = defineEvent<NotificationRequested>({
  type: 'notification.requested.v1',
  topic,
  summary: 'A plugin wants members to know something. Each of them decides how.',
  schema: Joi.object({
    kind: Joi.string().max(100).required(),
    to: Joi.alternatives(
      Joi.object({ users: Joi.array().items(Joi.string()).max(1000).required() }),
      Joi.object({ permission: Joi.string().required() }),
    ).required(),
    title: Joi.string().max(300).required(),
    body: Joi.string().allow('').max(4000),
    link: Joi.string().max(1000),
    group: Joi.string().max(300),
    channels: Joi.array().items(Joi.valid(...NOTIFICATION_CHANNELS)),
  }),
  personal: ['title', 'body'],
})

export interface NotificationCreated {
  readonly userId: string
  readonly kind: string
  readonly title: string
  readonly body: string
  readonly link?: string
}

export const notificationCreated = defineEvent<NotificationCreated>({
  type: 'notification.created.v1',
  topic,
  summary: 'A member was notified who wants it by webhook.',
  schema: Joi.object({
    userId: Joi.string().required(),
    kind: Joi.string().required(),
    title: Joi.string().required(),
    body: Joi.string().allow('').required(),
    link: Joi.string(),
  }),
  personal: ['title', 'body'],
})
