import type { Clock } from '@parley/core'
import { LRUCache } from 'lru-cache'
import type { RateLimit } from './settings.ts'

interface Bucket {
  tokens: number
  at: number
}

/**
 * Token buckets by key, in the memory of this process. A full bucket is as good as none, so forgetting the least recently
 * used one only ever favours a caller who has been quiet.
 */
export class TokenBuckets {
  readonly #clock: Clock
  readonly #buckets: LRUCache<string, Bucket>

  constructor(clock: Clock, maxBuckets: number) {
    this.#clock = clock
    this.#buckets = new LRUCache({ max: maxBuckets })
  }

  /** Takes one token; otherwise says after how many whole seconds there will be one. */
  take(key: string, limit: RateLimit): { ok: true } | { ok: false; retryAfterSeconds: number } {
    const now = this.#clock.millis()
    const before = this.#buckets.get(key) ?? { tokens: limit.burst, at: now }
    const refilled = before.tokens + (Math.max(0, now - before.at) * limit.perMinute) / 60_000
    const tokens = Math.min(limit.burst, refilled)
    const enough = tokens >= 1
    this.#buckets.set(key, { tokens: enough ? tokens - 1 : tokens, at: now })
    if (enough) return { ok: true }
    return { ok: false, retryAfterSeconds: Math.ceil(((1 - tokens) * 60) / limit.perMinute) }
  }
}
