import {
  type EventTail,
  type Identity,
  type LivePublisher,
  type MessageRef,
  messageChanged,
  messageQueued,
  messageReceived,
} from '@parley/core'
import { LRUCache } from 'lru-cache'
import { filter, type Subscription } from 'rxjs'
import { CHANNEL } from './inbound.ts'
import { livePath, participantId } from './visitor.ts'

/**
 * Wakes pages. What is pushed carries no words, only that the thread moved (`{ seq }`): the page reads on from its own
 * cursor, so a push that is lost, doubled or late changes nothing.
 *
 * Every process follows the log and pushes to its own sockets. Which thread belongs to which visitor is learnt when the
 * visitor reads it here; a thread that nobody read here has no socket here worth waking.
 */
export class Hints {
  readonly #tail: EventTail
  readonly #live: LivePublisher
  readonly #threads: LRUCache<string, ReadonlySet<string>>
  #following: Subscription | undefined

  constructor(deps: { tail: EventTail; live: LivePublisher; watchedThreads: number }) {
    this.#tail = deps.tail
    this.#live = deps.live
    this.#threads = new LRUCache({ max: deps.watchedThreads })
  }

  /** From now on the participant hears of this thread. */
  watch(threadId: string, participant: string): void {
    const known = this.#threads.get(threadId)
    if (known?.has(participant)) return
    this.#threads.set(threadId, new Set([...(known ?? []), participant]))
  }

  /** A message for this person is about to show up in the inbox's history, or just did. */
  wake(connectionId: string, to: Identity): void {
    this.#live.publish(livePath(participantId(connectionId, to)), {})
  }

  start(): void {
    this.#following = this.#tail
      .tail([messageReceived, messageQueued, messageChanged])
      .pipe(filter(({ event }) => (event.data as MessageRef).channel === CHANNEL))
      .subscribe(({ event }) => this.#push(event.data as MessageRef))
  }

  stop(): void {
    this.#following?.unsubscribe()
  }

  #push({ threadId, seq }: MessageRef): void {
    for (const participant of this.#threads.get(threadId) ?? []) this.#live.publish(livePath(participant), { seq })
  }
}
