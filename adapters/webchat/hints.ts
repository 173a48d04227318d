import {
  type EventTail,
  type LivePublisher,
  type Logger,
  type MessageRef,
  messageChanged,
  messageReceived,
  reasonOf,
} from '@parley/core'
import { LRUCache } from 'lru-cache'
import { filter, type Subscription } from 'rxjs'
import { CHANNEL } from './inbound.ts'
import { identitiesOf, livePath, participantId, type Visitor } from './visitor.ts'

export interface HintParts {
  readonly tail: EventTail
  readonly live: LivePublisher
  readonly log: Logger
  /** The visitor's thread, once there is one. */
  readonly threadOf: (visitor: Visitor) => Promise<string | undefined>
  /** Threads and listeners remembered at most; the least recently used are forgotten first. */
  readonly max: number
}

/**
 * Wakes pages. What is pushed carries no words, only that the thread moved (`{ seq }`): the page reads on from its own
 * cursor, so a push that is lost, doubled or late changes nothing.
 *
 * Every process follows the log and pushes to its own sockets. Whose thread is whose it learns when a visitor begins to
 * listen here. A visitor who listens before their first message has been recorded has no thread yet; they wait, and are
 * looked up again when something happens in a thread of their connection that nobody here is known to have.
 */
export class Hints {
  readonly #parts: HintParts
  /** Participants by thread. */
  readonly #threads: LRUCache<string, ReadonlySet<string>>
  /** Visitors without a thread, by participant. */
  readonly #waiting: LRUCache<string, Visitor>
  #following: Subscription | undefined

  constructor(parts: HintParts) {
    this.#parts = parts
    this.#threads = new LRUCache({ max: parts.max })
    this.#waiting = new LRUCache({ max: parts.max })
  }

  /** From now on this visitor is told when something happens in their thread. */
  async listen(visitor: Visitor): Promise<void> {
    this.#waiting.set(participantOf(visitor), visitor)
    await this.#settle(visitor)
  }

  start(): void {
    this.#following = this.#parts.tail
      .tail([messageReceived, messageChanged])
      .pipe(filter(({ event }) => (event.data as MessageRef).channel === CHANNEL))
      .subscribe(({ event }) => this.#push(event.data as MessageRef))
  }

  stop(): void {
    this.#following?.unsubscribe()
  }

  #push({ threadId, connectionId, seq }: MessageRef): void {
    const known = this.#threads.get(threadId)
    if (known !== undefined) {
      for (const participant of known) this.#parts.live.publish(livePath(participant), { seq })
      return
    }
    for (const visitor of this.#waiting.values()) {
      if (visitor.connectionId === connectionId) void this.#lookAgain(visitor, threadId, seq)
    }
  }

  async #lookAgain(visitor: Visitor, threadId: string, seq: number): Promise<void> {
    try {
      const found = await this.#settle(visitor)
      if (found === threadId) this.#parts.live.publish(livePath(participantOf(visitor)), { seq })
    } catch (error) {
      // The visitor goes on waiting for the thread's next event, and their page reads on whenever it wakes.
      this.#parts.log.warn({ reason: reasonOf(error) }, 'the thread of a waiting visitor could not be looked up')
    }
  }

  async #settle(visitor: Visitor): Promise<string | undefined> {
    const threadId = await this.#parts.threadOf(visitor)
    if (threadId === undefined) return undefined
    const participant = participantOf(visitor)
    this.#waiting.delete(participant)
    this.#threads.set(threadId, new Set([...(this.#threads.get(threadId) ?? []), participant]))
    return threadId
  }
}

function participantOf(visitor: Visitor): string {
  return participantId(visitor.connectionId, identitiesOf(visitor)[0])
}
