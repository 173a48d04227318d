import type { CloudEvent, Position } from '../../plugin/event.ts'
import { definePort } from '../../plugin/port.ts'

export interface CarrierTopic {
  readonly topic: string
  readonly partitions: number
}

export interface CarrierPartition {
  readonly topic: string
  readonly part: number
}

/** An event on its way to the broker. */
export interface OutgoingRecord {
  /** The log that the position belongs to; every database has its own. */
  readonly log: string
  readonly position: Position
  /** `data` is JSON text, as it stands in the log: nobody on the way needs to understand it. */
  readonly event: CloudEvent<string>
}

/** An event as the broker delivered it. */
export interface IncomingRecord {
  readonly log: string
  readonly off: bigint
  readonly event: CloudEvent
}

/** Called synchronously and quickly: whoever listens only puts away what came. */
export interface CarrierListener {
  /** In the broker's order. Repeats and gaps may occur; the listener finds both by `off`. */
  records(partition: CarrierPartition, records: readonly IncomingRecord[]): void
  /** From here on everything that is published to these partitions is delivered. None of them is paused. */
  live(partitions: readonly CarrierPartition[]): void
  /** Something may be missed until the next `live`. */
  lost(): void
}

export interface CarrierFollower {
  /** These partitions, and no others, are delivered from now on, each from its end; `live` follows for the new ones. */
  set(partitions: readonly CarrierPartition[]): void
  /** Delivers no more than what is on its way already. */
  pause(partition: CarrierPartition): void
  /** Goes on where it was paused. */
  resume(partition: CarrierPartition): void
  stop(): Promise<void>
}

/**
 * Carries committed events from the log to a broker and back: Kafka. The log stays the source of positions, cursors stay
 * in Postgres; so a carrier may lose, repeat and delay as it likes: what is missed is read from the log. It must not
 * deliver what was never published, nor make one record out of two.
 */
export interface EventCarrier {
  /** Makes what is missing; a topic with fewer partitions than asked for is refused. Throws when the broker is away. */
  ensureTopics(topics: readonly CarrierTopic[]): Promise<void>
  /**
   * Resolves when the broker has all records durably, those of a partition in the given order, in the partition that
   * `position.part` says. The same record may come twice. After a rejection some of them may be there.
   */
  publish(records: readonly OutgoingRecord[]): Promise<void>
  /** Listens until `stop`, and sees to connections, failures and restarts by itself. */
  follow(listener: CarrierListener): CarrierFollower
  /** What the broker calls a topic; without it, as the log does. For documents that others connect by. */
  topicName?(topic: string): string
  /** Counters and gauges of the carrier's own, for operators: `restarts`, `undecodable`. */
  figures(): Readonly<Record<string, number>>
}

/** `null` where the plugin that could offer it is not configured: then consumers read the log itself. */
export const eventCarrier = definePort<EventCarrier | null>('event-carrier')
