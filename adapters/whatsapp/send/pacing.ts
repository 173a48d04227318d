import type { Clock, Connection, Identity } from '@parley/core'
import { identityKey } from '@parley/core'
import { type Rate, RateLimit } from '../../meta/rate-limit.ts'
import type { GraphUsage } from '../../meta/usage.ts'
import { UsageRest } from '../../meta/usage-rest.ts'
import type { WhatsAppSettings } from '../settings.ts'

/** Numbers whose rate is remembered; far more than one process serves. */
const MAX_NUMBERS = 20_000

/**
 * Keeps each number within Meta's rates before Meta has to: messages a second of a number, one message in six seconds to
 * one person after a burst of 45, and a rest when Graph's usage headers ask for one. It never sleeps: it tells how long to wait.
 */
export class Pacing {
  readonly #clock: Clock
  readonly #settings: WhatsAppSettings
  readonly #numbers = new RateLimit(MAX_NUMBERS)
  readonly #pairs: RateLimit
  readonly #pairRate: Rate
  readonly #rest: UsageRest

  constructor(clock: Clock, settings: WhatsAppSettings) {
    this.#clock = clock
    this.#settings = settings
    this.#pairs = new RateLimit(settings.maxPairs)
    this.#rest = new UsageRest(clock, settings.usageRestMs)
    this.#pairRate = { intervalMs: settings.pairIntervalMs, burst: settings.pairBurst }
  }

  /** Takes a place, or says in how many milliseconds there is one. */
  enter(connection: Connection, to: Identity): number {
    const now = this.#clock.millis()
    const number = connection.externalId
    const pair = `${number}/${identityKey(to)}`
    const rate = this.#rateOf(connection)
    const wait = Math.max(
      this.#rest.wait(number),
      this.#numbers.wait(number, rate, now),
      this.#pairs.wait(pair, this.#pairRate, now),
    )
    if (wait > 0) return wait
    this.#numbers.take(number, rate, now)
    this.#pairs.take(pair, this.#pairRate, now)
    return 0
  }

  /** What Graph's headers told about the number's allowance. */
  heed(connection: Connection, usage: GraphUsage | undefined): void {
    this.#rest.heed(connection.externalId, usage)
  }

  /** A second's worth may go at once. A connection's own `messagesPerSecond` wins. */
  #rateOf(connection: Connection): Rate {
    const own = connection.settings.messagesPerSecond
    const perSecond = typeof own === 'number' && own > 0 ? own : this.#settings.messagesPerSecond
    return { intervalMs: 1_000 / perSecond, burst: perSecond }
  }
}
