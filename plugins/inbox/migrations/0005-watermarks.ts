import type { Knex } from 'knex'

/** Some vendors report delivery and reading up to a time, not by message; and give people longer than programs to answer. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.withSchema('inbox').alterTable('thread', (table) => {
    table.timestamp('customer_at', { useTz: true })
    table.timestamp('delivered_up_to', { useTz: true })
    table.timestamp('read_up_to', { useTz: true })
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('inbox').alterTable('thread', (table) => {
    table.dropColumns('customer_at', 'delivered_up_to', 'read_up_to')
  })
}
