import type { MessageRecord } from '../models/message.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { InboxDraft } from './inbox-draft.ts'
import { settle } from './settle.ts'

/** A watermark only ever rises; false when these are old news. */
export function moveWatermark(thread: ThreadRecord, status: 'delivered' | 'read', upTo: Date): boolean {
  const mark = status === 'read' ? 'readUpTo' : 'deliveredUpTo'
  const current = thread[mark]
  if (current !== null && current >= upTo) return false
  thread[mark] = upTo
  return true
}

/**
 * Applies the thread's watermarks to one message of ours. `sentAt` is when we called the vendor, which is never later than
 * when it had the message: a mark after it speaks of this message.
 */
export function applyWatermarks(draft: InboxDraft, thread: ThreadRecord, message: MessageRecord, sentAt: Date): void {
  if (message.direction !== 'out' || (message.status !== 'sent' && message.status !== 'delivered')) return
  const read = thread.readUpTo !== null && thread.readUpTo >= sentAt
  const delivered = thread.deliveredUpTo !== null && thread.deliveredUpTo >= sentAt
  if (!read && !delivered) return
  const at = (read ? thread.readUpTo : thread.deliveredUpTo) ?? draft.now
  settle(draft, message, { kind: 'status', status: read ? 'read' : 'delivered', by: 'status', at: at.toISOString() })
}
