import type { MailAttachment } from '@parley/core'
import type { Columns } from '../storage/columns.ts'

/**
 * `pending` (still at the vendor) → `stored` (ours), or `gone` (the vendor has expired it), `too-large`, `failed` (given up).
 * `deleted`: taken away with its message.
 */
export type AttachmentState = 'pending' | 'stored' | 'gone' | 'too-large' | 'failed' | 'deleted'

export interface AttachmentRecord {
  readonly id: string
  readonly messageId: string
  readonly state: AttachmentState
  readonly media: MailAttachment
  readonly objectKey: string | null
  readonly detail: string | null
}

export const ATTACHMENT: Columns<AttachmentRecord> = {
  id: 'id',
  messageId: 'message_id',
  state: 'state',
  media: 'media',
  objectKey: 'object_key',
  detail: 'detail',
}
