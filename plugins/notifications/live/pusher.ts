import type { EventTail, LivePublisher, LiveTopic, Logger } from '@parley/core'
import type { Subscription } from 'rxjs'
import { type MailboxChanged, mailboxChanged } from '../events.ts'

/** A person's own, on all their devices: `{ seq, unread }`. A device reads on from the seq that it knows. */
export const mailboxTopic: LiveTopic = {
  path: '/live/notifications/{tenantId}/{userId}',
  access: { permission: 'notifications.use' },
  authorize: async ({ userId }, actor) => userId === actor.id,
}

export class MailboxPusher {
  readonly #parts: { readonly tail: EventTail; readonly live: LivePublisher; readonly log: Logger }
  #subscription: Subscription | undefined

  constructor(parts: { readonly tail: EventTail; readonly live: LivePublisher; readonly log: Logger }) {
    this.#parts = parts
  }

  start(): void {
    const { tail, live, log } = this.#parts
    this.#subscription = tail.tail([mailboxChanged]).subscribe({
      next: ({ event }) => {
        const { userId, seq, unread } = event.data as MailboxChanged
        live.publish(`/live/notifications/${event.tenantid}/${userId}`, { seq, unread })
      },
      error: (error) => log.error({ err: error }, 'live notifications ended'),
    })
  }

  stop(): void {
    this.#subscription?.unsubscribe()
  }
}
