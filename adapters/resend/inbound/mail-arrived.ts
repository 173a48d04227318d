import { defineEvent } from '@parley/core'
import Joi from 'joi'

export interface MailArrived {
  readonly connectionId: string
  /** Resend's id of the mail. */
  readonly emailId: string
  readonly occurredAt: string
}

/** A topic of its own, so that the fetching of mails reads nothing else. */
export const mailArrived = defineEvent<MailArrived>({
  type: 'resend.mail.arrived.v1',
  topic: 'resend-mails',
  summary: 'A mail arrived at Resend and has to be fetched.',
  schema: Joi.object({
    connectionId: Joi.string().uuid().required(),
    emailId: Joi.string().max(200).required(),
    occurredAt: Joi.string().isoDate().required(),
  }),
  identifying: ['emailId'],
})
