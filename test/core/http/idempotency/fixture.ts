import type { EventAppender } from '../../../../core/events/appender.ts'
import { PostgresIdempotencyStore } from '../../../../core/http/idempotency/postgres-store.ts'
import type { Database } from '../../../../core/plugin/unit-of-work.ts'
import { TestClock } from '../../../../core/testing/test-clock.ts'
import { createTestDatabase, type TestDatabase } from '../../../../core/testing/test-database.ts'
import { ACME, GLOBEX } from '../kit.ts'

/** Keys have nothing to do with events: whoever publishes here is wrong. */
const noEvents: EventAppender = {
  prepare: () => {
    throw new Error('no events here')
  },
  append: async () => {},
  committed: () => {},
}

export interface Stored {
  readonly store: PostgresIdempotencyStore
  readonly clock: TestClock
  readonly db: TestDatabase
  readonly database: Database
}

/** A store on a database of its own, with the tenants ACME and GLOBEX. */
export async function storeOnDatabase(): Promise<Stored> {
  const clock = new TestClock()
  const db = await createTestDatabase({ events: noEvents })
  for (const [id, slug] of Object.entries({ [ACME]: 'acme', [GLOBEX]: 'globex' })) {
    await db.knex.raw(`select parley.create_tenant(?, ?, ?, 'EU', 'EUR', 'UTC', ?)`, [id, slug, slug, clock.now()])
  }
  const database = db.database
  if (database === undefined) throw new Error('a database with events comes with a unit of work')
  return { store: new PostgresIdempotencyStore({ database, knex: db.knex, clock }), clock, db, database }
}
