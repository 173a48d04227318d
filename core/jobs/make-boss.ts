import type { Knex } from 'knex'
import { PgBoss } from 'pg-boss'
import { reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'
import { poolForBoss } from './boss-database.ts'
import { jobSchema } from './job-schema.ts'

/** How often lost jobs are looked for, and finished ones cleared away. */
const superviseSeconds = 10

/** The same complaint is repeated no more often than this. */
const quietMs = 30_000

/** pg-boss over the application's pool and rights: it changes no tables, and its own cron (by real time) is off. */
export function makeBoss(knex: Knex, log: Logger): PgBoss {
  const boss = new PgBoss({
    db: poolForBoss(knex),
    schema: jobSchema,
    migrate: false,
    createSchema: false,
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    // Both need rights over the tables that the application does not have.
    reindex: false,
    monitorVacuum: false,
  })
  const last = { reason: '', at: 0 }
  boss.on('error', (error) => {
    // Every queue complains at every poll while the database is away; once in a while is enough.
    const reason = reasonOf(error).replace(/ \(Queue: .*$/, '')
    const now = performance.now()
    if (last.reason === reason && now - last.at < quietMs) return
    Object.assign(last, { reason, at: now })
    log.warn({ reason }, 'job queue')
  })
  return boss
}
