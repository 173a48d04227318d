import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { ConnectionStore } from '../../../core/connections/connection-store.ts'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import type { EventAppender } from '../../../core/events/appender.ts'
import type { UnitOfWork } from '../../../core/plugin/unit-of-work.ts'
import { KeyRing } from '../../../core/secrets/key-ring.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'

/** A log that only remembers. */
function logInto(published: { type: string; data: unknown }[]): EventAppender {
  return {
    prepare: (tenantId, event) => ({
      id: uuidv7(),
      topic: event.type.topic,
      tenantId,
      hash: 0,
      key: event.key,
      type: event.type.type,
      time: new Date(0).toISOString(),
      headers: '{}',
      data: JSON.stringify(event.data),
    }),
    async append(_trx, events) {
      published.push(...events.map(({ type, data }) => ({ type, data: JSON.parse(data) })))
    },
    committed() {},
  }
}

export interface Fixture {
  readonly knex: Knex
  readonly adminUrl: string
  readonly database: TransactionRunner
  readonly clock: TestClock
  readonly ring: KeyRing
  readonly store: ConnectionStore
  /** Types and data of the events that were appended, in order. */
  readonly published: { type: string; data: unknown }[]
  /** SQL statements sent since the last call; keeps a cache honest. */
  queries(): string[]
  tenant(): Promise<string>
  /** Another process's store over the same database. */
  otherStore(): ConnectionStore
  as<T>(tenantId: string, work: (uow: UnitOfWork) => Promise<T>): Promise<T>
  drop(): Promise<void>
}

export async function connectionFixture(): Promise<Fixture> {
  const { knex, adminUrl, drop } = await createTestDatabase()
  const clock = new TestClock()
  const ring = new KeyRing([{ id: 'k1', key: randomBytes(32) }])
  const published: { type: string; data: unknown }[] = []
  const database = new TransactionRunner({ knex, events: logInto(published) })
  let seen: string[] = []
  knex.on('query', ({ sql }: { sql: string }) => seen.push(sql))
  const makeStore = () => new ConnectionStore({ knex, ring, clock })
  return {
    knex,
    adminUrl,
    database,
    clock,
    ring,
    store: makeStore(),
    published,
    queries() {
      const sent = seen
      seen = []
      return sent
    },
    async tenant() {
      const id = uuidv7()
      await knex.raw('select parley.create_tenant(?, ?, ?, ?, ?, ?, ?)', [
        id,
        `t-${id}`,
        'Tenant',
        'DE',
        'EUR',
        'Europe/Berlin',
        clock.now(),
      ])
      return id
    },
    otherStore: makeStore,
    as: (tenantId, work) => database.transaction(tenantId, work),
    drop,
  }
}
