import type { Knex } from 'knex'
import type { EventTransport } from '../../contracts/ports/event-transport.ts'
import type { Clock, Logger } from '../../plugin/services.ts'
import type { Tracing } from '../../telemetry/tracing.ts'
import type { EventAppender } from '../appender.ts'
import type { EventRegistry } from '../registry.ts'
import type { EventSettings } from '../settings.ts'
import type { LogStore } from '../store/log-store.ts'
import type { WorkStore } from '../store/work-store.ts'

/** Whether a plugin is on for a tenant; where it is off, its deliveries are passed over. */
export type EventGate = (pluginId: string, tenantId: string, flag?: string) => boolean | Promise<boolean>

/**
 * Named moments of a consumer's work, for tests that crash there:
 * `begun` the events are taken, `handled` the effects are made, `before-commit`, `committed` not yet known in memory; and of
 * the relay's: `relay-before-send`, `relay-sent-before-low` the broker has what the cursors do not know, `relay-advanced`.
 */
export type CrashPoint =
  | 'begun'
  | 'handled'
  | 'before-commit'
  | 'committed'
  | 'relay-before-send'
  | 'relay-sent-before-low'
  | 'relay-advanced'

/** What all consumers work with. */
export interface ConsumerParts {
  readonly knex: Knex
  readonly clock: Clock
  readonly log: Logger
  readonly registry: EventRegistry
  readonly appender: EventAppender
  readonly transport: EventTransport
  readonly logStore: LogStore
  readonly workStore: WorkStore
  readonly settings: EventSettings
  readonly gate: EventGate
  readonly tracing: Tracing
  /** Types met that no plugin here knows, by name. */
  readonly unknownTypes: Map<string, number>
  readonly crashPoint: (point: CrashPoint) => void | Promise<void>
}

export interface TopicPartition {
  readonly topic: string
  readonly part: number
}

/** One group's reader in this process. */
export interface Consumer {
  start(): void
  /** These partitions, and no others, are this process's to read from now on. */
  assign(partitions: readonly TopicPartition[]): void
  /** There may be new events. */
  wake(): void
  /** Somebody moved the group's cursors: what is in memory is void. */
  reset(): void
  /** A lane is due. */
  wakeLanes(): void
  /** Takes nothing new, finishes what is in flight. Resolves when nothing of it runs any more. */
  stop(): Promise<void>
  /** What is in flight is given up: its signals abort. */
  abort(): void
}
