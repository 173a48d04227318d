import type { Clock, MessageQueued, StreamDelivery } from '@parley/core'

type Queued = StreamDelivery<MessageQueued>

/**
 * When a send is put off, later messages of its thread that were handed to this process already must not pass it. They are
 * put off as well, until the first one comes back or its time is over; the log keeps everything behind them in order.
 */
export class HeldBack {
  readonly #clock: Clock
  readonly #threads = new Map<string, { readonly first: string; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  hold(delivery: Queued, delayMs: number): void {
    const { threadId } = delivery.event.data
    const held = this.#threads.get(threadId)
    if (held !== undefined && held.until > this.#clock.millis()) return
    this.#threads.set(threadId, { first: delivery.event.id, until: this.#clock.millis() + delayMs })
  }

  /** Milliseconds that this delivery must still wait for the one before it; 0 when it may go. */
  waitOf(delivery: Queued): number {
    const { threadId } = delivery.event.data
    const held = this.#threads.get(threadId)
    if (held === undefined) return 0
    const left = held.until - this.#clock.millis()
    if (held.first !== delivery.event.id && left > 0) return left
    this.#threads.delete(threadId)
    return 0
  }
}
