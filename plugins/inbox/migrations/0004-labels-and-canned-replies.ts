import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.label', (table) => {
    table.text('name').notNullable()
    table.text('color')
    table.timestamp('created_at', { useTz: true }).notNullable()
    tenantKey(table, 'name')
  })
  await tenantTable(knex, 'inbox.conversation_label', (table) => {
    table.uuid('conversation_id').notNullable()
    table.text('label').notNullable()
    tenantKey(table, 'conversation_id', 'label')
    table.index(['tenant_id', 'label', 'conversation_id'], 'conversation_label_label')
    table
      .foreign(['tenant_id', 'label'])
      .references(['tenant_id', 'name'])
      .inTable('inbox.label')
      .onDelete('CASCADE')
      .onUpdate('CASCADE')
  })
  await tenantTable(knex, 'inbox.canned_reply', (table) => {
    table.uuid('id').notNullable()
    table.text('shortcut').notNullable()
    table.text('text').notNullable()
    table.timestamp('created_at', { useTz: true }).notNullable()
    table.timestamp('updated_at', { useTz: true }).notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'shortcut'], { indexName: 'canned_reply_shortcut' })
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['canned_reply', 'conversation_label', 'label'])
    await knex.schema.withSchema('inbox').dropTable(table)
}
