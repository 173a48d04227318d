import type { Knex } from 'knex'
import { appRole } from '../core/data/roles.ts'

/**
 * Counts of requests, in the shape that rate-limiter-flexible keeps them. No tenant's data: keys are hashes and ids. Unlogged,
 * since after a crash of the database counting may begin anew, and the counts of a busy installation would fill its WAL.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    'create unlogged table parley.rate_limit (key varchar(255) primary key, points integer not null default 0, expire bigint)',
  )
  await knex.raw(`grant select, insert, update, delete on parley.rate_limit to ${appRole}`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').dropTable('rate_limit')
}
