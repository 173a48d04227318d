import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { asUnavailable } from '../data/unavailable.ts'
import { UnavailableError } from '../plugin/errors.ts'
import type { Actor } from '../plugin/route.ts'
import type { Clock } from '../plugin/services.ts'
import type { AccessSettings } from './settings.ts'

interface Use {
  readonly tenantId: string
  readonly id: string
  readonly at: Date
}

/** Collects when keys were used, one note a minute for each key, and writes them together: a request waits for no write. */
export class LastUse {
  readonly #knex: Knex
  readonly #clock: Clock
  readonly #settings: AccessSettings
  /** When each key was noted last, in this process. */
  readonly #noted: LRUCache<string, number>
  readonly #waiting = new Map<string, Use>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: { knex: Knex; clock: Clock; settings: AccessSettings }) {
    this.#knex = options.knex
    this.#clock = options.clock
    this.#settings = options.settings
    this.#noted = new LRUCache({ max: options.settings.cacheMax })
  }

  /** `stored`: the last use that the database knows, in milliseconds. */
  seen({ id, tenantId }: Actor, stored: number): void {
    const now = this.#clock.millis()
    if (now - Math.max(stored, this.#noted.get(id) ?? 0) < this.#settings.lastUsedEveryMs) return
    this.#noted.set(id, now)
    this.#waiting.set(id, { tenantId, id, at: new Date(now) })
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.flush().catch(raiseUnlessOutage)
    }, this.#settings.flushEveryMs).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush().catch(raiseUnlessOutage)
  }

  async flush(): Promise<void> {
    const uses = [...this.#waiting.values()]
    if (uses.length === 0) return
    try {
      await this.#knex.raw('select parley.touch_api_keys(?::uuid[], ?::uuid[], ?::timestamptz[])', [
        uses.map(({ tenantId }) => tenantId),
        uses.map(({ id }) => id),
        uses.map(({ at }) => at),
      ] as unknown as Knex.RawBinding[])
    } catch (error) {
      throw asUnavailable(error)
    }
    for (const use of uses) if (this.#waiting.get(use.id) === use) this.#waiting.delete(use.id)
  }
}

/** While the storage is down the notes wait for the next time; any other error is a bug and must surface. */
function raiseUnlessOutage(error: unknown): void {
  if (!(error instanceof UnavailableError)) throw error
}
