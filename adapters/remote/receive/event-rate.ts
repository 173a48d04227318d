import { LRUCache } from 'lru-cache'

/**
 * How many events each endpoint may bring: a bucket kept as one number, the time at which it would be full again (GCRA).
 * Forgets the endpoints used least recently, which at worst lets one of them burst again. Per process.
 */
export class EventRate {
  readonly #fullAt: LRUCache<string, number>
  readonly #intervalMs: number
  readonly #burst: number

  constructor(limits: { readonly perMinute: number; readonly burst: number; readonly maxKeys: number }) {
    this.#fullAt = new LRUCache({ max: limits.maxKeys })
    this.#intervalMs = 60_000 / limits.perMinute
    this.#burst = limits.burst
  }

  /** Takes so many; otherwise takes none, and says how many milliseconds later they would fit. */
  take(key: string, events: number, now: number): number {
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + events * this.#intervalMs
    const over = fullAt - now - this.#burst * this.#intervalMs
    if (over > 0) return over
    this.#fullAt.set(key, fullAt)
    return 0
  }
}
