import type { Knex } from 'knex'
import type { NewEvent } from '../plugin/event.ts'

/** What the publisher's surroundings add to an event. */
export interface PrepareContext {
  /** `/plugins/inbox`, `/adapters/whatsapp`. */
  readonly source: string
  /** Used unless the event names its own. */
  readonly correlationId: string
  readonly causationId?: string
  readonly traceparent?: string
}

/** A validated event, ready to be appended. Its bytes are fixed: changing the data it was made from changes nothing. */
export interface PendingEvent {
  readonly id: string
  readonly topic: string
  readonly tenantId: string
  /** Number the partition is taken from: the same for equal (tenant, key), whatever the topic's partition count. */
  readonly hash: number
  /** The CloudEvents partitionkey: `<tenant>/<key>`. */
  readonly key: string
  readonly type: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** The other attributes of the envelope, as JSON. */
  readonly headers: string
  /** As JSON. */
  readonly data: string
}

/** The write side of the event log, as the unit of work sees it. */
export interface EventAppender {
  /** @throws ParleyError `event.invalid` naming the field, `event.unregistered`, `event.too-large` */
  prepare(tenantId: string, event: NewEvent, context: PrepareContext): PendingEvent
  /**
   * Appends in the caller's transaction. Must be its last statement before COMMIT: the heads of the partitions stay
   * locked until then, which is what makes offsets gapless and their order the order of commits.
   */
  append(trx: Knex.Transaction, events: readonly PendingEvent[]): Promise<void>
  /** Tells readers, here and in other processes, that events of these topics were committed. A hint; never throws. */
  committed(topics: readonly string[]): void
}
