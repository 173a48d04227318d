import type { Observable } from 'rxjs'
import type { Delivery, EventType } from './event.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** What happens to a delivery whose handling failed: wait `min(capMs, baseMs * 2^n)` ± 20 %, dead-letter after `max` tries. */
export interface RetryPolicy {
  readonly max: number
  readonly baseMs: number
  readonly capMs: number
}

/**
 * Handles events inside the transaction that advances its cursor: database effects happen exactly once. `serial` hands
 * over batches in log order, one tenant at a time; `keyed` runs different keys side by side, for slow work. A failing
 * delivery parks its key (later events of that key wait behind it), other keys flow on.
 */
export interface EventHandler {
  /** Unique within the plugin. The consumer group is `<plugin>.<id>`; renaming it starts over. */
  readonly id: string
  readonly on: readonly EventType[]
  /** A boolean flag of the plugin's manifest: events of tenants that it is off for are passed over. */
  readonly flag?: string
  readonly mode?: 'serial' | 'keyed'
  /** Most deliveries per call. Default 200. */
  readonly batch?: number
  readonly from?: 'earliest' | 'latest'
  readonly retry?: Partial<RetryPolicy>
  /** Once dead: pass over the event, or keep its key blocked until an operator decides. Default `skip`. */
  readonly onDead?: 'skip' | 'block-key'
  /** Per batch. Default 30 000 ms. */
  readonly timeoutMs?: number
  /** False for handlers that must not run again over old events. Default true. */
  readonly replayable?: boolean
  handle(deliveries: readonly Delivery[], uow: UnitOfWork): Promise<void>
}

/** A delivery of a stream: it counts against the prefetch until it is acked or nacked. Both are idempotent. */
export interface StreamDelivery<T = unknown> extends Delivery<T> {
  ack(): void
  /**
   * Parks the key and redelivers by the retry policy, or after `delayMs`; a delay that was asked for costs no try. Later
   * deliveries of the key that are out already are recalled: their `signal` aborts, and unless they are acked all the
   * same they come again, behind this one. Work through a key in order and pass over what is aborted, and order is kept.
   */
  nack(error: Error, options?: { delayMs?: number }): void
  /**
   * Runs `work` as part of this delivery's trace. For operators that begin it later than they were handed the delivery: out of
   * a queue, after a pause, when another one has ended.
   */
  run<T>(work: () => T): T
}

/**
 * Events as a credit-limited Observable, for what operators are good at: waiting out a burst, buffering, merging.
 * At least once: effects must be idempotent. The Observable that `pipe` returns is subscribed to and restarted after an error.
 */
export interface EventStream {
  readonly id: string
  readonly on: readonly EventType[]
  /** A boolean flag of the plugin's manifest: events of tenants that it is off for are passed over. */
  readonly flag?: string
  /** Most deliveries handed over and neither acked nor nacked. Default 1000. */
  readonly prefetch?: number
  readonly from?: 'earliest' | 'latest'
  readonly retry?: Partial<RetryPolicy>
  readonly onDead?: 'skip' | 'block-key'
  pipe(source: Observable<StreamDelivery>): Observable<unknown>
}
