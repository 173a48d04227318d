import type { Knex } from 'knex'
import type { EventTransport } from '../contracts/ports/event-transport.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import type { CarriedPartitions } from './carrier/carried-partitions.ts'
import type { CrashPoint, EventGate } from './consume/consumer.ts'
import type { EventRegistry } from './registry.ts'
import type { EventSettings } from './settings.ts'
import type { LogStore } from './store/log-store.ts'
import type { WorkStore } from './store/work-store.ts'

export interface EventEngineOptions {
  /** The application's pool. */
  readonly knex: Knex
  readonly clock: Clock
  readonly registry: EventRegistry
  readonly log: Logger
  readonly settings: EventSettings
  /** Default: every plugin is on for everybody. */
  readonly gate?: EventGate
  /** Default: nothing is traced. */
  readonly tracing?: Tracing
  /** Default: Postgres. Another one falls back to it for offsets it no longer has. */
  readonly transport?: EventTransport
  /** Replaced by the chaos suite, whose mutants must be caught. */
  readonly stores?: { readonly log?: LogStore; readonly work?: WorkStore; readonly carried?: CarriedPartitions }
  readonly crashPoint?: (point: CrashPoint) => void | Promise<void>
}

/** How far a group is behind. */
export interface GroupLag {
  readonly group: string
  /** Events it has not passed. */
  readonly events: number
  /** Age of the oldest of them. */
  readonly seconds: number
  /** Events that wait in lanes. */
  readonly parked: number
  readonly dead: number
  readonly oldestLaneSeconds: number
}

/** A topic as its readers find it. */
export interface EventChannel {
  readonly topic: string
  /** What the broker calls it; the topic's own name where none carries it. */
  readonly address: string
  readonly partitions: number
}

/** A group at work in this process. */
export interface Subscription {
  readonly group: string
  /** Takes nothing new, finishes what is in flight; what is not finished after `drainMs` is given up. Default 10 s. */
  stop(drainMs?: number): Promise<void>
}
