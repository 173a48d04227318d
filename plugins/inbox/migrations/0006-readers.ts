import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * How far each person has read a conversation. Written when somebody reads, never when a message comes: what is unread is
 * counted along the conversation's own index when it is shown.
 */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.reader', (table) => {
    table.text('user_id').notNullable()
    table.uuid('conversation_id').notNullable()
    table.integer('last_seq').notNullable()
    table.timestamp('updated_at', { useTz: true }).notNullable()
    tenantKey(table, 'user_id', 'conversation_id')
    table.index(['tenant_id', 'conversation_id'], 'reader_conversation')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('inbox').dropTable('reader')
}
