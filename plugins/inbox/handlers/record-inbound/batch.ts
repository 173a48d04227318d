import type { ChannelCapabilities, MessageReceived } from '@parley/core'
import { newId } from '@parley/core'
import type { ConversationTimes } from '../../domain/conversation.ts'
import type { MessageChange } from '../../domain/message-change.ts'
import type { InboxDraft } from '../../drafting/inbox-draft.ts'
import { settle } from '../../drafting/settle.ts'
import type { ConversationRecord } from '../../models/conversation.ts'
import type { EarlyChangeRecord } from '../../models/early-change.ts'
import type { MessageRecord } from '../../models/message.ts'
import type { ThreadRecord } from '../../models/thread.ts'
import type { Awaiting } from '../../storage/awaiting-watermark.ts'
import { type ExternalRef, externalKey } from '../../storage/find-messages.ts'
import type { Looked } from '../../storage/lookup.ts'

export type Answerer = (thread: ThreadRecord, conversation: ConversationRecord, message: MessageReceived) => void

/** What the recording of one batch works with: the draft, and messages by the channel's ids. */
export class InboundBatch {
  readonly draft: InboxDraft
  readonly times: ConversationTimes
  readonly capabilities: (channel: string) => ChannelCapabilities | undefined
  /** Answers a message at once; absent when bursts are waited for, or nothing is answered. */
  readonly answer: Answerer | undefined
  readonly #lanes = new Map<string, ThreadRecord>()
  readonly #ids = new Map<string, string>()
  readonly #awaiting: readonly Awaiting[]
  readonly #early = new Map<string, EarlyChangeRecord[]>()

  constructor(options: {
    draft: InboxDraft
    times: ConversationTimes
    capabilities: (channel: string) => ChannelCapabilities | undefined
    looked: Looked
    answer: Answerer | undefined
    awaiting: readonly Awaiting[]
  }) {
    this.draft = options.draft
    this.times = options.times
    this.capabilities = options.capabilities
    this.answer = options.answer
    this.#awaiting = options.awaiting
    for (const thread of this.draft.threads.values())
      this.#lanes.set(`${thread.connectionId}/${thread.identityKey}`, thread)
    for (const found of options.looked.messages) this.#ids.set(externalKey(found), found.id)
    for (const change of options.looked.early) this.#waiting(change).push(change)
  }

  thread(connectionId: string, identityKey: string): ThreadRecord | undefined {
    return this.#lanes.get(`${connectionId}/${identityKey}`)
  }

  /** Messages of ours in the thread that a watermark may concern. */
  awaiting(threadId: string): readonly Awaiting[] {
    return this.#awaiting.filter((one) => one.threadId === threadId)
  }

  /** Our id of a message, stored before or in this batch. */
  idOf(ref: ExternalRef): string | undefined {
    return this.#ids.get(externalKey(ref))
  }

  /** Applies news now, or keeps them until their message comes. */
  applyOrPark(target: ExternalRef, change: MessageChange, ownId?: string): void {
    const message = this.#message(ownId) ?? this.#message(this.idOf(target))
    if (message !== undefined) {
      settle(this.draft, message, change)
      return
    }
    const parked = { id: newId(), connectionId: target.connectionId, externalId: target.externalId, change }
    this.#waiting(parked).push(parked)
    this.draft.earlyChanges.push(parked)
  }

  /** Makes a message that was just drafted known, and applies what came before it. */
  arrived(message: MessageRecord, externalId: string): void {
    const ref = { connectionId: message.connectionId, externalId }
    this.#ids.set(externalKey(ref), message.id)
    for (const early of this.#waiting(ref)) {
      settle(this.draft, message, early.change)
      const parked = this.draft.earlyChanges.indexOf(early)
      if (parked >= 0) this.draft.earlyChanges.splice(parked, 1)
      else this.draft.appliedEarlyChanges.push(early.id)
    }
    this.#early.delete(externalKey(ref))
  }

  #message(id: string | undefined): MessageRecord | undefined {
    return id === undefined ? undefined : this.draft.messages.get(id)
  }

  #waiting(ref: ExternalRef): EarlyChangeRecord[] {
    const key = externalKey(ref)
    const waiting = this.#early.get(key) ?? []
    this.#early.set(key, waiting)
    return waiting
  }
}
