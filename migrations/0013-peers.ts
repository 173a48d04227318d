import type { Knex } from 'knex'
import { appRole } from '../core/data/roles.ts'

/** Processes that run a part of the installation, where they are reached, and what they offer the others. No tenant's data. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').createTable('peer', (table) => {
    table.uuid('id').primary()
    table.text('url').notNullable()
    table.jsonb('offers').notNullable().comment('by port name: by provider key: its facts')
    table.timestamp('seen_at').notNullable()
  })
  await knex.raw(`grant select, insert, update, delete on parley.peer to ${appRole}`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').dropTable('peer')
}
