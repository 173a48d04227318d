import type { Clock } from '@parley/core'
import { LRUCache } from 'lru-cache'
import type { GraphUsage } from './usage.ts'

/** Accounts whose rest is remembered; far more than one process serves. */
const MAX_ACCOUNTS = 20_000

/** Accounts that Graph told to stay away for a while, by its usage headers. */
export class UsageRest {
  readonly #clock: Clock
  readonly #usualMs: number
  readonly #until = new LRUCache<string, number>({ max: MAX_ACCOUNTS })

  /** @param usualMs how long an account rests when its allowance is used up and Graph does not say for how long */
  constructor(clock: Clock, usualMs: number) {
    this.#clock = clock
    this.#usualMs = usualMs
  }

  /** Milliseconds until the account may be used again. */
  wait(account: string): number {
    return Math.max(0, (this.#until.get(account) ?? 0) - this.#clock.millis())
  }

  /** What Graph's headers told about the account's allowance. */
  heed(account: string, usage: GraphUsage | undefined): void {
    if (usage === undefined) return
    const restMs = usage.regainMs > 0 ? usage.regainMs : usage.percent >= 100 ? this.#usualMs : 0
    if (restMs > 0) this.#until.set(account, this.#clock.millis() + restMs)
  }
}
