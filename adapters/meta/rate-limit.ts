import { LRUCache } from 'lru-cache'

export interface Rate {
  /** Milliseconds between two when the allowance is used up. */
  readonly intervalMs: number
  /** How many may go at once after a rest. */
  readonly burst: number
}

/**
 * A token bucket per key, kept as one number: the time at which its bucket would be full again (GCRA). Forgets the keys
 * used least recently, which at worst lets one of them burst again. Per process: several processes share a vendor's limit
 * by each taking a part of it.
 */
export class RateLimit {
  readonly #fullAt: LRUCache<string, number>

  constructor(maxKeys: number) {
    this.#fullAt = new LRUCache({ max: maxKeys })
  }

  /** Milliseconds until one may go; 0 when it may now. Takes nothing. */
  wait(key: string, rate: Rate, now: number): number {
    const fullAt = this.#fullAt.get(key) ?? 0
    return Math.max(0, Math.ceil(fullAt - (rate.burst - 1) * rate.intervalMs - now))
  }

  take(key: string, rate: Rate, now: number): void {
    this.#fullAt.set(key, Math.max(this.#fullAt.get(key) ?? 0, now) + rate.intervalMs)
  }
}
