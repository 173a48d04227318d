import { reasonOf } from '../plugin/errors.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { Signal } from './signal.ts'
import type { LogStore, Watch } from './store/log-store.ts'

export interface WatcherOptions {
  readonly store: LogStore
  readonly clock: Clock
  readonly log: Logger
  readonly pollMs: number
  readonly idlePollMs: number
  readonly topics: () => readonly string[]
  readonly groups: () => readonly string[]
  /** True while other processes' NOTIFYs come in: then polling may become rare. */
  readonly hears: () => boolean
  readonly onArrival: (topics: readonly string[]) => void
  readonly onLanesDue: (group: string) => void
  readonly onReset: (group: string) => void
}

/**
 * The safety net under all wake-ups: one small query for the whole process, often while there is traffic, rarely when
 * there is none. Finds topics that have grown, groups that a replay has reset, and groups with a lane that is due.
 */
export class Watcher {
  readonly #options: WatcherOptions
  readonly #signal = new Signal()
  #seen: Watch = { topics: {}, resets: {}, due: [] }
  #interval: number
  #stopping = false
  #running: Promise<void> | undefined

  constructor(options: WatcherOptions) {
    this.#options = options
    this.#interval = options.pollMs
  }

  start(): void {
    this.#running ??= this.#loop()
  }

  /** There was traffic: look often again. */
  busy(): void {
    this.#interval = this.#options.pollMs
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#signal.wake()
    await this.#running
  }

  async #loop(): Promise<void> {
    const { pollMs, idlePollMs, log, hears } = this.#options
    while (!this.#stopping) {
      await this.#signal.wait(this.#interval)
      if (this.#stopping) return
      const slower = hears() ? idlePollMs : pollMs * 2
      this.#interval = Math.min(this.#interval * 1.5, slower)
      try {
        await this.#look()
      } catch (error) {
        log.debug({ reason: reasonOf(error) }, 'the log could not be watched')
      }
    }
  }

  async #look(): Promise<void> {
    const { store, clock, topics, groups, onArrival, onLanesDue, onReset } = this.#options
    const before = this.#seen
    const seen = await store.watch(topics(), groups(), clock.now())
    this.#seen = seen
    for (const group of Object.keys(seen.resets)) {
      const known = before.resets[group]
      if (known !== undefined && known !== seen.resets[group]) onReset(group)
    }
    const grown = Object.keys(seen.topics).filter((topic) => seen.topics[topic] !== before.topics[topic])
    if (grown.length > 0) {
      this.busy()
      onArrival(grown)
    }
    for (const group of seen.due) onLanesDue(group)
  }
}
