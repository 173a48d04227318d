import type { NewEvent } from '@parley/core'
import type { AttachmentRecord } from '../models/attachment.ts'
import type { ConversationRecord } from '../models/conversation.ts'
import type { EarlyChangeRecord } from '../models/early-change.ts'
import type { MessageRecord } from '../models/message.ts'
import type { Evidence, SendState } from '../models/send.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { Cause } from './cause.ts'

export interface NewSend {
  readonly messageId: string
  readonly conversationId: string
  readonly dedupeKey: string | null
}

export interface SendUpdate {
  readonly messageId: string
  readonly state: SendState
  readonly evidence: Evidence
  readonly failure?: string
  readonly errorCode?: string
  /** Gives the attempt back: being throttled is not a try. */
  readonly refund?: boolean
}

/** An event that only happens when its message is stored. */
export interface DraftedEvent {
  readonly event: NewEvent
  readonly messageId?: string
}

/**
 * Everything that one transaction changes in the inbox, worked out in memory under the locks of its threads and written
 * at once. Rows are added as they were read; the drafting functions change them and note what is dirty.
 */
export class InboxDraft {
  readonly now: Date
  readonly threads = new Map<string, ThreadRecord>()
  readonly conversations = new Map<string, ConversationRecord>()
  readonly messages = new Map<string, MessageRecord>()

  readonly dirtyThreads = new Set<string>()
  readonly dirtyConversations = new Set<string>()
  readonly newConversations = new Set<string>()
  /** Conversations that are not in the draft, but to be marked as changed. */
  readonly touchedConversations = new Set<string>()
  readonly dirtyMessages = new Set<string>()
  readonly newMessages = new Set<string>()

  readonly newSends: NewSend[] = []
  readonly sendUpdates = new Map<string, SendUpdate>()
  readonly attachments: AttachmentRecord[] = []
  readonly earlyChanges: EarlyChangeRecord[] = []
  readonly appliedEarlyChanges: string[] = []
  readonly events: DraftedEvent[] = []
  /** Of what is drafted now. */
  cause: Cause | undefined

  constructor(now: Date) {
    this.now = now
  }

  add(rows: {
    readonly threads?: readonly ThreadRecord[]
    readonly conversations?: readonly ConversationRecord[]
    readonly messages?: readonly MessageRecord[]
  }): void {
    for (const thread of rows.threads ?? []) this.threads.set(thread.id, thread)
    for (const conversation of rows.conversations ?? []) this.conversations.set(conversation.id, conversation)
    for (const message of rows.messages ?? []) this.messages.set(message.id, message)
  }

  /** Drafts an event; with a message, it only happens when that is stored. */
  publish<T>(event: NewEvent<T>, messageId?: string): void {
    const caused = { ...this.cause, ...event } as NewEvent
    this.events.push(messageId === undefined ? { event: caused } : { event: caused, messageId })
  }

  /** The thread's newest conversation. */
  current(thread: ThreadRecord): ConversationRecord | undefined {
    return thread.conversationId === null ? undefined : this.conversations.get(thread.conversationId)
  }

  /** Raises the thread's revision and returns it. */
  revise(thread: ThreadRecord): number {
    thread.revision += 1
    this.dirtyThreads.add(thread.id)
    return thread.revision
  }
}
