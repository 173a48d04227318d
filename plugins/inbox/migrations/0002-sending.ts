import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/** The ledger of sends: the intent, the attempt, and what proves its outcome. */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.send', (table) => {
    table.uuid('message_id').notNullable()
    table.uuid('conversation_id').notNullable()
    table.text('dedupe_key')
    table.text('state').notNullable()
    table.integer('attempt').notNullable().defaultTo(0)
    table.timestamp('attempted_at', { useTz: true })
    table.jsonb('evidence')
    table.text('failure')
    table.text('error_code')
    table.timestamp('created_at', { useTz: true }).notNullable()
    tenantKey(table, 'message_id')
    table.check("state in ('intent', 'attempting', 'done', 'unknown', 'failed', 'cancelled')")
  })
  await knex.raw('alter table inbox.send set (fillfactor = 70)')
  await knex.raw(
    `create unique index send_dedupe on inbox.send (tenant_id, conversation_id, dedupe_key)
     where dedupe_key is not null`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('inbox').dropTable('send')
}
