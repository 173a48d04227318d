import type { Knex } from 'knex'
import type { Clock, Logger } from '../plugin/services.ts'
import { LogBell, leasesFree } from './log-bell.ts'
import type { EventSettings } from './settings.ts'
import type { LogStore } from './store/log-store.ts'
import { Watcher } from './watcher.ts'

export interface WakeUpOptions {
  readonly knex: Knex
  readonly store: LogStore
  readonly clock: Clock
  readonly log: Logger
  readonly settings: EventSettings['read']
  readonly topics: () => readonly string[]
  readonly groups: () => readonly string[]
  readonly onArrival: (topics: readonly string[]) => void
  readonly onLeasesFree: () => void
  readonly onLanesDue: (group: string) => void
  readonly onReset: (group: string) => void
}

/**
 * How this process hears of what others did, and they of what it did: the bell at once, and behind it the watcher, which
 * looks for itself and so misses nothing.
 */
export class WakeUps {
  readonly #bell: LogBell
  readonly #watcher: Watcher

  constructor(options: WakeUpOptions) {
    const { knex, log, settings, onArrival, onLeasesFree } = options
    this.#bell = new LogBell({
      ...{ knex, log, notifyMs: settings.notifyMs, reconnectMs: settings.outageCapMs },
      onRing: (topics) => {
        if (topics.includes(leasesFree)) onLeasesFree()
        onArrival(topics)
      },
    })
    this.#watcher = new Watcher({
      ...options,
      ...{ pollMs: settings.pollMs, idlePollMs: settings.idlePollMs },
      hears: () => this.#bell.isListening,
    })
  }

  async start(): Promise<void> {
    await this.#bell.start()
    this.#watcher.start()
  }

  /** There is traffic: look often. */
  busy(): void {
    this.#watcher.busy()
  }

  /** Events of these topics were committed here. */
  ring(topics: readonly string[]): void {
    this.#bell.ring(topics)
  }

  /** Others may take the leases of this process. */
  ringLeasesFree(): void {
    this.#bell.ring([leasesFree])
  }

  /** Looks no more; can still ring. */
  stopWatching(): Promise<void> {
    return this.#watcher.stop()
  }

  async stop(): Promise<void> {
    await this.#bell.stop()
  }
}
