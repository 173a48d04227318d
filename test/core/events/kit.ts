import { randomUUID } from 'node:crypto'
import Joi from 'joi'
import type { Knex } from 'knex'
import { openPool } from '../../../core/data/index.ts'
import { EventEngine, type EventEngineOptions, EventRegistry, eventSettings } from '../../../core/events/index.ts'
import { type Delivery, defineEvent, type EventType } from '../../../core/plugin/event.ts'
import type { UnitOfWork } from '../../../core/plugin/unit-of-work.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'
import { carrier as kafkaCarrier } from '../../adapters/kafka/kit.ts'

export interface Note {
  readonly n: number
  readonly text?: string
}

export const noted: EventType<Note> = defineEvent<Note>({
  type: 'test.noted.v1',
  topic: 'test',
  summary: 'Something was noted.',
  schema: Joi.object({ n: Joi.number().integer().required(), text: Joi.string().allow('') }),
  personal: ['text'],
})

export const echoed: EventType<Note> = defineEvent<Note>({
  type: 'test.echoed.v1',
  topic: 'echo',
  summary: 'A note was answered.',
  schema: Joi.object({ n: Joi.number().integer().required(), text: Joi.string().allow('') }),
})

export const tenantA = '11111111-1111-7111-8111-111111111111'
export const tenantB = '22222222-2222-7222-8222-222222222222'

/** A database with one more table: the effects that handlers make. */
export class EventBench {
  readonly db: TestDatabase
  readonly clock = new TestClock(new Date())
  readonly registry = new EventRegistry()
  readonly #engines: EventEngine[] = []
  readonly #pools: Knex[] = []
  readonly #carriers: { stop(): Promise<void> }[] = []

  private constructor(db: TestDatabase) {
    this.db = db
    this.registry.register([noted, echoed])
  }

  static async open(): Promise<EventBench> {
    const bench = new EventBench(await createTestDatabase())
    await bench.admin(
      `create table effect (seq bigserial, tenant_id uuid, key text, n integer, attempt integer, grp text, owner text)`,
    )
    await bench.admin('grant all on effect, effect_seq_seq to parley_app')
    return bench
  }

  async admin<T = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    const pool = openPool({ url: this.db.adminUrl, max: 1, applicationName: 'parley-test-admin' })
    try {
      const { rows } = await pool.raw<{ rows: T[] }>(sql, values as Knex.RawBinding[])
      return rows
    } finally {
      await pool.destroy()
    }
  }

  /** An engine with a pool of its own: another process, as far as the database can tell. `embedded`: without a broker, always. */
  engine(
    options: { settings?: object; embedded?: boolean } & Partial<Omit<EventEngineOptions, 'settings'>> = {},
  ): EventEngine {
    const knex = openPool({ url: this.db.appUrl, max: 8, applicationName: 'parley-test-engine' })
    const { settings = {}, embedded = false, ...rest } = options
    const engine = new EventEngine({
      knex,
      clock: this.clock,
      registry: this.registry,
      log: silentLogger,
      settings: eventSettings({ ...settings, lease: { renewMs: 100, ttlMs: 1500 } }),
      ...rest,
    })
    this.#engines.push(engine)
    this.#pools.push(knex)
    if (!embedded) this.#carry(engine)
    return engine
  }

  /** Where KAFKA_BROKERS names a broker, these engines carry their events over it as well. */
  #carry(engine: EventEngine): void {
    const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix = 'test-engine.' } = process.env
    if (!brokers) return
    const carrier = kafkaCarrier(brokers, prefix)
    engine.carry(carrier, { makeTopics: true })
    this.#carriers.push(carrier)
  }

  /** Stores notes through the intake. */
  async send(
    engine: EventEngine,
    notes: readonly { tenant?: string; key: string; n: number; text?: string }[],
  ): Promise<void> {
    const items = notes.map(({ tenant = tenantA, key, n, text }) => ({
      tenantId: tenant,
      source: '/test',
      event: { type: noted, key, data: text === undefined ? { n } : { n, text } },
      dedupeScope: 'test',
      dedupeKey: randomUUID(),
    }))
    for (let from = 0; from < items.length; from += 1000) await engine.ingest({ items: items.slice(from, from + 1000) })
  }

  effects(group?: string): Promise<{ tenant_id: string; key: string; n: number; attempt: number; owner: string }[]> {
    return group === undefined
      ? this.admin('select * from effect order by seq')
      : this.admin('select * from effect where grp = ? order by seq', [group])
  }

  /** Waits until the groups have nothing left to do. */
  async drained(engine: EventEngine, groups: readonly string[], timeoutMs = 15_000): Promise<void> {
    await until(async () => {
      const lag = await engine.lag()
      return groups.every((group) => lag.some((one) => one.group === group && one.events === 0 && one.parked === 0))
    }, timeoutMs)
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.stop(2_000)))
    await Promise.all(this.#carriers.map((carrier) => carrier.stop()))
    await Promise.all(this.#pools.map((pool) => pool.destroy()))
    await this.db.drop()
  }
}

/** A handler body that writes one row per delivery. */
export async function record(deliveries: readonly Delivery[], uow: UnitOfWork, grp: string, owner = ''): Promise<void> {
  await uow.trx('effect').insert(
    deliveries.map(({ event, attempt }) => ({
      tenant_id: uow.tenantId,
      key: event.partitionkey.slice(37),
      n: (event.data as Note).n,
      attempt,
      grp,
      owner,
    })),
  )
}

export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`The awaited condition did not come within ${timeoutMs} ms.`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

/** Numbers by key, in order of effect. */
export function byKey(effects: readonly { key: string; n: number }[]): Record<string, number[]> {
  const grouped = Map.groupBy(effects, (effect) => effect.key)
  return Object.fromEntries([...grouped].map(([key, list]) => [key, list.map(({ n }) => n)]))
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}
