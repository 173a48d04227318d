import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import { systemClock } from '../../../core/clock.ts'
import { migrate, openPool, prepareRoles } from '../../../core/data/index.ts'
import { RelayStore } from '../../../core/events/carrier/relay-store.ts'
import { EventEngine, EventRegistry, eventSettings } from '../../../core/events/index.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { databaseUrl } from '../programs.ts'
import { note, noted, tenant } from './noted.ts'

const KEYS = 2_000
const CHUNK = 500
const LIMIT_MS = 120_000

/** A database with a log, and how far its groups are. */
export class LogDatabase {
  readonly appUrl: string
  readonly #admin: Knex
  readonly #engine: EventEngine
  #n = 0

  private constructor(appUrl: string, admin: Knex, engine: EventEngine) {
    this.appUrl = appUrl
    this.#admin = admin
    this.#engine = engine
  }

  static async create(serverUrl: string, name: string): Promise<LogDatabase> {
    const adminUrl = await databaseUrl(serverUrl, name)
    await migrate({ adminUrl, sources: [], log: silentLogger })
    const { appUrl } = await prepareRoles(adminUrl)
    const registry = new EventRegistry()
    registry.register([noted])
    const knex = openPool({ url: adminUrl, max: 4, applicationName: 'parley-bench-fill' })
    const engine = new EventEngine({ knex, clock: systemClock, registry, log: silentLogger, settings: eventSettings() })
    return new LogDatabase(appUrl, knex, engine)
  }

  async fill(count: number): Promise<void> {
    for (let left = count; left > 0; left -= CHUNK) {
      const items = Array.from({ length: Math.min(CHUNK, left) }, () => {
        this.#n += 1
        const event = { type: noted, key: `k${this.#n % KEYS}`, data: note(this.#n) }
        return { tenantId: tenant, source: '/bench', event, dedupeScope: 'bench', dedupeKey: String(this.#n) }
      })
      await this.#engine.ingest({ items })
    }
    await this.#admin.raw('analyze')
  }

  logId(): Promise<string> {
    return new RelayStore(this.#admin).logId()
  }

  /** The group's cursors, by partition. */
  async lows(group: string): Promise<Record<number, number>> {
    const { rows } = await this.#admin.raw<{ rows: { part: number; low: string }[] }>(
      'select part, low from parley.cursor where grp = ? and topic = ?',
      [group, noted.topic],
    )
    return Object.fromEntries(rows.map(({ part, low }) => [part, Number(low)]))
  }

  /** Waits until the group has passed so many events in all. @returns milliseconds */
  async passed(group: string, count: number): Promise<number> {
    const began = performance.now()
    for (;;) {
      const lows = Object.values(await this.lows(group))
      if (lows.reduce((sum, low) => sum + low, 0) >= count) return performance.now() - began
      if (performance.now() - began > LIMIT_MS)
        throw new Error(`${group} did not pass ${count} events in ${LIMIT_MS} ms`)
      await pause(10)
    }
  }

  async close(): Promise<void> {
    await this.#engine.stop(1_000)
    await this.#admin.destroy()
  }
}
