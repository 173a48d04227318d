import type { Clock, Connection, OutboundContent } from '@parley/core'
import { type Rate, RateLimit } from '../../rate-limit.ts'
import type { GraphUsage } from '../../usage.ts'
import { UsageRest } from '../../usage-rest.ts'
import type { PlatformSettings } from '../settings.ts'

/** Accounts whose rate is remembered; far more than one process serves. */
const MAX_ACCOUNTS = 20_000

/**
 * Keeps each account within Meta's rates before Meta has to: calls a second, fewer for films and sound, and a rest when
 * Graph's usage headers ask for one. It never sleeps: it tells how long to wait.
 */
export class PlatformPacing {
  readonly #clock: Clock
  readonly #settings: PlatformSettings
  readonly #messages = new RateLimit(MAX_ACCOUNTS)
  readonly #films = new RateLimit(MAX_ACCOUNTS)
  readonly #rest: UsageRest

  constructor(clock: Clock, settings: PlatformSettings) {
    this.#clock = clock
    this.#settings = settings
    this.#rest = new UsageRest(clock, settings.usageRestMs)
  }

  /** Takes a place, or says in how many milliseconds there is one. */
  enter(connection: Connection, content: OutboundContent): number {
    const now = this.#clock.millis()
    const account = connection.externalId
    const film = content.kind === 'video' || content.kind === 'audio'
    const [limit, rate] = film
      ? [this.#films, perSecond(this.#settings.filmsPerSecond)]
      : [this.#messages, this.#rateOf(connection)]
    const wait = Math.max(this.#rest.wait(account), limit.wait(account, rate, now))
    if (wait === 0) limit.take(account, rate, now)
    return wait
  }

  heed(connection: Connection, usage: GraphUsage | undefined): void {
    this.#rest.heed(connection.externalId, usage)
  }

  #rateOf(connection: Connection): Rate {
    const own = connection.settings.messagesPerSecond
    return perSecond(typeof own === 'number' && own > 0 ? own : this.#settings.messagesPerSecond)
  }
}

/** A second's worth may go at once. */
function perSecond(count: number): Rate {
  return { intervalMs: 1_000 / count, burst: count }
}
