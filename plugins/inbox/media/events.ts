import { defineEvent, type InboundMedia } from '@parley/core'
import Joi from 'joi'

export interface AttachmentPending {
  readonly attachmentId: string
  readonly messageId: string
  readonly threadId: string
  readonly connectionId: string
  readonly media: InboundMedia
}

/** A topic of its own, so that the fetching of files reads nothing else. */
export const attachmentPending = defineEvent<AttachmentPending>({
  type: 'inbox.attachment.pending.v1',
  topic: 'inbox-files',
  summary: "A customer's file is still at the vendor and has to be fetched.",
  schema: Joi.object({
    attachmentId: Joi.string().uuid().required(),
    messageId: Joi.string().uuid().required(),
    threadId: Joi.string().uuid().required(),
    connectionId: Joi.string().uuid().required(),
    media: Joi.object({ mimeType: Joi.string().required() }).unknown(true).required(),
  }),
  personal: ['media'],
})
