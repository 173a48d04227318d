import type { ConversationStatus } from '@parley/core'
import type { Columns } from '../storage/columns.ts'

export interface LastMessage {
  readonly id: string
  readonly direction: 'in' | 'out'
  readonly kind: string
  readonly preview: string
}

export type Holder = 'none' | 'bot' | 'human'

/** A stretch of a thread that somebody works on. */
export interface ConversationRecord {
  readonly id: string
  readonly threadId: string
  readonly connectionId: string
  readonly channel: string
  contactId: string
  status: ConversationStatus
  snoozedUntil: Date | null
  assigneeId: string | null
  holder: Holder
  /** Grows at each change of hands; a bot that thought under an older fence may not speak. */
  fence: number
  unreadCount: number
  lastMessage: LastMessage | null
  lastMessageAt: Date
  readonly openedAt: Date
  resolvedAt: Date | null
}

export const CONVERSATION: Columns<ConversationRecord> = {
  id: 'id',
  threadId: 'thread_id',
  connectionId: 'connection_id',
  channel: 'channel',
  contactId: 'contact_id',
  status: 'status',
  snoozedUntil: 'snoozed_until',
  assigneeId: 'assignee_id',
  holder: 'holder',
  fence: 'fence',
  unreadCount: 'unread_count',
  lastMessage: 'last_message',
  lastMessageAt: 'last_message_at',
  openedAt: 'opened_at',
  resolvedAt: 'resolved_at',
}
