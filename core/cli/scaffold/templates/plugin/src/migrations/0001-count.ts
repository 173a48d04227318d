import { tenantKey, tenantTable } from '@parley/core'

type Knex = Parameters<typeof tenantTable>[0]

/** A plugin's tables are in a schema of its own, named like its package; every row is one tenant's. */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley_plugin_acmegram.count', (table) => {
    table.text('channel').notNullable()
    table.bigInteger('messages').notNullable()
    tenantKey(table, 'channel')
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley_plugin_acmegram').dropTable('count')
}
