import {
  type ConversationChanged,
  conversationChanged,
  type Delivery,
  type EventTail,
  type LivePublisher,
  type LiveTopic,
  type Logger,
  type MessageRef,
  messageChanged,
  messageQueued,
  messageReceived,
} from '@parley/core'
import { bufferTime, filter, type Subscription } from 'rxjs'

/** What agents' screens are told: where something happened. They read on from their own cursor of the feed. */
export interface InboxHint {
  readonly conversations: readonly {
    readonly conversationId: string
    readonly threadId: string
    /** Highest message seq that the news name. */
    readonly seq?: number
  }[]
}

const pathOf = (tenantId: string) => `/live/inbox/${tenantId}`

/** The tenant stands in the path: a topic is pushed to everybody who subscribed to it. */
export const inboxTopic: LiveTopic = {
  path: '/live/inbox/{tenantId}',
  access: { permission: 'inbox.read' },
  authorize: async ({ tenantId }, actor) => tenantId === actor.tenantId,
}

/** Pushes a hint per tenant for what was committed during the last moment. */
export class HintPusher {
  readonly #parts: { tail: EventTail; live: LivePublisher; log: Logger }
  readonly #hintMs: number
  #subscription: Subscription | undefined

  constructor(parts: { tail: EventTail; live: LivePublisher; log: Logger }, hintMs: number) {
    this.#parts = parts
    this.#hintMs = hintMs
  }

  start(): void {
    const { tail, live, log } = this.#parts
    this.#subscription = tail
      .tail([messageReceived, messageQueued, messageChanged, conversationChanged])
      .pipe(
        bufferTime(this.#hintMs),
        filter((deliveries) => deliveries.length > 0),
      )
      .subscribe({
        next: (deliveries) => {
          for (const [tenantId, hint] of hintsOf(deliveries)) live.publish(pathOf(tenantId), hint)
        },
        error: (error) => log.error({ err: error }, 'live hints of the inbox ended'),
      })
  }

  stop(): void {
    this.#subscription?.unsubscribe()
  }
}

export function hintsOf(deliveries: readonly Delivery[]): ReadonlyMap<string, InboxHint> {
  const tenants = new Map<string, Map<string, InboxHint['conversations'][number]>>()
  for (const { event } of deliveries) {
    const { conversationId, threadId, seq } = event.data as MessageRef & ConversationChanged
    const conversations = tenants.get(event.tenantid) ?? new Map()
    tenants.set(event.tenantid, conversations)
    const highest = Math.max(seq ?? 0, conversations.get(conversationId)?.seq ?? 0)
    conversations.set(conversationId, { conversationId, threadId, ...(highest > 0 ? { seq: highest } : {}) })
  }
  return new Map([...tenants].map(([tenantId, found]) => [tenantId, { conversations: [...found.values()] }]))
}
