import type { CarrierPartition } from '../../contracts/ports/event-carrier.ts'
import type { LogRange } from '../../contracts/ports/event-transport.ts'
import { reasonOf } from '../../plugin/errors.ts'
import type { Logger } from '../../plugin/services.ts'

export interface OverdueOptions {
  /** Where the log ends. */
  readonly heads: (topics: readonly string[]) => Promise<readonly LogRange[]>
  /** Those of the heads that somebody still waits behind for the delivery. */
  readonly waitingBehind: (heads: readonly LogRange[]) => readonly LogRange[]
  readonly onOverdue: (partitions: readonly CarrierPartition[]) => void
  readonly patienceMs: number
  readonly log: Logger
}

/**
 * The safety net under the delivery: what the log has had for `patienceMs` and nobody delivered is overdue, whatever the
 * reason (no relay, a topic that was deleted, a partition that is stuck). One small query in `patienceMs` while there is
 * traffic, none otherwise.
 */
export class Overdue {
  readonly #options: OverdueOptions
  readonly #topics = new Set<string>()
  /** Heads that had not been delivered at the last look. */
  #missing: readonly LogRange[] = []
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: OverdueOptions) {
    this.#options = options
  }

  /** Something came into these topics, and will be delivered. */
  hint(topics: readonly string[]): void {
    for (const topic of topics) this.#topics.add(topic)
    this.#arm()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  #arm(): void {
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => {
      this.#looking = this.#look()
    }, this.#options.patienceMs).unref()
  }

  async #look(): Promise<void> {
    const { heads, waitingBehind, onOverdue, log } = this.#options
    const topics = [...this.#topics]
    this.#topics.clear()
    try {
      const late = waitingBehind(this.#missing)
      if (late.length > 0) onOverdue(late)
      this.#missing = waitingBehind(await heads(topics))
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'could not look for overdue events')
      for (const topic of topics) this.#topics.add(topic)
    }
    this.#timer = undefined
    for (const { topic } of this.#missing) this.#topics.add(topic)
    if (this.#topics.size > 0) this.#arm()
  }
}
