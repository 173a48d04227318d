import type { Author, InboundContent, MessageStatus, OutboundContent } from '@parley/core'
import type { Columns } from '../storage/columns.ts'

export interface MessageError {
  /** Ours, for programs: `window`, `recipient`, `content`, `retries-exhausted`, `unconfirmed`, `vendor`. */
  readonly reason: string
  /** The vendor's, where there is one. */
  readonly code?: string
  readonly detail: string
}

export interface Reaction {
  readonly by: 'customer' | 'business'
  readonly emoji: string
  readonly at: string
}

/** What a message said before it was edited or taken back. */
export interface PastContent {
  readonly at: string
  readonly change: 'edited' | 'revoked'
  readonly content: unknown
}

export interface MessageRecord {
  readonly id: string
  readonly threadId: string
  readonly conversationId: string
  readonly connectionId: string
  readonly seq: number
  revision: number
  readonly direction: 'in' | 'out'
  readonly kind: string
  /** A note among agents: never sent, never shown to the customer. */
  readonly private: boolean
  content: InboundContent | OutboundContent
  text: string
  status: MessageStatus
  externalId: string | null
  readonly replyTo: string | null
  readonly replyToExternal: string | null
  readonly author: Author | null
  error: MessageError | null
  reactions: readonly Reaction[] | null
  history: readonly PastContent[] | null
  /** Referral, forwarded, pricing, what else the vendor said; `edited`, `revoked`, `deleted` when it was. */
  extra: Readonly<Record<string, unknown>> | null
  readonly occurredAt: Date
  readonly createdAt: Date
}

export const MESSAGE: Columns<MessageRecord> = {
  id: 'id',
  threadId: 'thread_id',
  conversationId: 'conversation_id',
  connectionId: 'connection_id',
  seq: 'seq',
  revision: 'revision',
  direction: 'direction',
  kind: 'kind',
  private: 'private',
  content: 'content',
  text: 'text',
  status: 'status',
  externalId: 'external_id',
  replyTo: 'reply_to',
  replyToExternal: 'reply_to_external',
  author: 'author',
  error: 'error',
  reactions: 'reactions',
  history: 'history',
  extra: 'extra',
  occurredAt: 'occurred_at',
  createdAt: 'created_at',
}
