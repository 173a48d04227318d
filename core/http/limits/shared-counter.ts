import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { StoreLimiter } from './store.ts'
import type { Verdict } from './verdict.ts'

export interface SharedCounterOptions {
  readonly policy: string
  readonly windowSeconds: number
  readonly limiter: Pick<StoreLimiter, 'penalty'>
  readonly maxKeys: number
  /** Machine time, in milliseconds. */
  readonly now: () => number
}

/** One caller's window. What counts is `known + sending + waiting`. */
interface Entry {
  /** By everybody, as the store said last. */
  known: number
  /** On the way to the store. */
  sending: number
  /** Counted here, not told yet. */
  waiting: number
  resetAt: number
}

/** Told side by side; more would take connections from those who do the work. */
const AT_ONCE = 4

/**
 * Counts in memory and tells the store in batches, so that no request waits for it: the first of a caller's requests in a
 * process are let through by what the process knows, and each `flush` brings what the others counted. Processes may together
 * let through more than the limit by what they take in between two of them. While the store is away each process counts for
 * itself.
 */
export class SharedCounter {
  readonly #options: SharedCounterOptions
  readonly #entries: LRUCache<string, Entry>
  readonly #dirty = new Set<string>()

  constructor(options: SharedCounterOptions) {
    this.#options = options
    this.#entries = new LRUCache({ max: options.maxKeys })
  }

  /** Counts one more, unless the limit is reached: what is refused is not counted. */
  take(key: string, limit: number): Verdict {
    const { policy, windowSeconds, now } = this.#options
    const at = now()
    const entry = this.#entry(key, at)
    const used = entry.known + entry.sending + entry.waiting
    const allowed = used < limit
    if (allowed) {
      entry.waiting += 1
      this.#dirty.add(key)
    }
    const remaining = Math.max(0, limit - used - (allowed ? 1 : 0))
    return { policy, allowed, limit, windowSeconds, remaining, resetSeconds: Math.ceil((entry.resetAt - at) / 1000) }
  }

  /** Tells the store what was counted since. Throws its first error; what could not be told counts here all the same. */
  async flush(): Promise<void> {
    const keys = [...this.#dirty]
    this.#dirty.clear()
    let failure: unknown
    await pLimit(AT_ONCE).map(keys, async (key) => {
      // One error is enough to know that the store is away.
      if (failure !== undefined) return void this.#dirty.add(key)
      try {
        await this.#tell(key)
      } catch (error) {
        failure ??= error
      }
    })
    if (failure !== undefined) throw failure
  }

  #entry(key: string, at: number): Entry {
    const known = this.#entries.get(key)
    if (known !== undefined && at < known.resetAt) return known
    const fresh = { known: 0, sending: 0, waiting: 0, resetAt: at + this.#options.windowSeconds * 1000 }
    this.#entries.set(key, fresh)
    return fresh
  }

  async #tell(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.waiting === 0) return
    const { limiter, now } = this.#options
    entry.sending = entry.waiting
    entry.waiting = 0
    try {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(key, entry.sending)
      entry.known = consumedPoints
      entry.resetAt = now() + msBeforeNext
    } catch (error) {
      entry.known += entry.sending
      throw error
    } finally {
      entry.sending = 0
    }
  }
}
