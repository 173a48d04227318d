import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { InboundContent } from '../content/inbound.ts'
import type { OutboundContent } from '../content/outbound.ts'
import type { Author, MessageStatus } from '../events/inbox.ts'

export type SendRefusal =
  | 'conversation-not-found'
  | 'window-closed'
  | 'kind-not-supported'
  | 'too-long'
  | 'opted-out'
  /** The tenant writes for this purpose only to people who agreed, and this one has not. */
  | 'not-opted-in'
  | 'channel-unhealthy'
  | 'channel-not-running'
  | 'held-by-human'
  | 'duplicate'
  | 'template-not-sendable'

export interface MessengerSend {
  readonly conversationId: string
  readonly content: OutboundContent
  readonly author: Author
  /** Makes a repeat of the same intent a `duplicate`: the id of the message it answers, a request's idempotency key. */
  readonly dedupeKey?: string
  /** A bot's lease: the fence it read before thinking. Refused (`held-by-human`) when somebody took over since. */
  readonly fence?: number
  /** Message id (ours) to quote. */
  readonly replyTo?: string
  /**
   * What it is sent for: `marketing`, or a purpose of the tenant's own, is also refused to people who only stopped that.
   * Default `conversation`: an answer, which only a stop of everything refuses.
   */
  readonly purpose?: string
}

/** The one way to write to a customer: agents, bots, campaigns and reminders all pass its gate. */
export interface Messenger {
  /** One answer per send, in order. Queued in the caller's transaction; sent after commit. */
  send(uow: UnitOfWork, sends: readonly MessengerSend[]): Promise<readonly Result<{ messageId: string }, SendRefusal>[]>
}

export const messenger = definePort<Messenger>('messenger')

/** A message as anyone outside the inbox sees it. */
export interface MessageView {
  readonly id: string
  readonly seq: number
  /** Thread counter at its last change: the cursor of a client that follows along. */
  readonly revision: number
  readonly direction: 'in' | 'out'
  readonly kind: string
  readonly text: string
  readonly content: InboundContent | OutboundContent
  readonly status: MessageStatus
  readonly createdAt: string
  /** The channel's id of the message: what a customer's client matches its own message by. */
  readonly externalId?: string
  /** Who wrote an outbound message. */
  readonly author?: Author
  /** Message id (ours) of the message it quotes. */
  readonly replyTo?: string
}

/** For channels whose customers read their thread from us (web chat), found by the customer's identity key. */
export interface ThreadHistory {
  /**
   * Messages changed after `afterRevision`, oldest change first, at most `limit`; with `newest` the last of them, newest
   * change first. An unknown person has none.
   */
  read(
    uow: UnitOfWork,
    query: { connectionId: string; identityKey: string; afterRevision: number; limit: number; newest?: boolean },
  ): Promise<{
    readonly threadId: string | undefined
    readonly messages: readonly MessageView[]
  }>
}

export const threadHistory = definePort<ThreadHistory>('thread-history')
