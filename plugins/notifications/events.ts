import { defineEvent } from '@parley/core'
import Joi from 'joi'

export interface MailboxChanged {
  readonly userId: string
  /** The mailbox's counter after the change: devices read on from the one they know. */
  readonly seq: number
  readonly unread: number
}

/** Tells all processes, and so all devices of a person, that there is something to read on. Key: the user's id. */
export const mailboxChanged = defineEvent<MailboxChanged>({
  type: 'notification.mailbox.changed.v1',
  topic: 'notification-mailboxes',
  summary: "A person's notifications changed: new ones, read ones, deleted ones.",
  schema: Joi.object({
    userId: Joi.string().required(),
    seq: Joi.number().integer().required(),
    unread: Joi.number().integer().required(),
  }),
})
