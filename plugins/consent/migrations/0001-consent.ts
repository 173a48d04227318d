import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * `standing` is what counts now, one row for each subject (a contact, or the hash of an address), channel and purpose; `change`
 * is everything that was ever said, with its proof. `merge` mirrors which contacts speak for which. `salt` hides addresses.
 */
export async function up(knex: Knex): Promise<void> {
  await standing(knex)
  await change(knex)
  await merge(knex)
  await tenantTable(knex, 'consent.salt', (table) => {
    table.uuid('id').notNullable()
    table.text('value').notNullable()
    tenantKey(table)
  })
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['salt', 'merge', 'change', 'standing']) await knex.schema.withSchema('consent').dropTable(table)
}

function columns(table: Knex.CreateTableBuilder): void {
  table.text('subject').notNullable()
  table.uuid('contact_id')
  table.text('channel').notNullable()
  table.text('purpose').notNullable()
  table.text('wish').notNullable()
  table.text('means').notNullable()
  table.check("wish in ('opt-in', 'opt-out')")
  table.check("means in ('channel', 'agent', 'api', 'link', 'import')")
}

async function standing(knex: Knex): Promise<void> {
  await tenantTable(knex, 'consent.standing', (table) => {
    columns(table)
    table.uuid('change_id').notNullable()
    table.timestamp('changed_at', { useTz: true }).notNullable()
    tenantKey(table, 'subject', 'channel', 'purpose')
    table.index(['tenant_id', 'contact_id'], 'standing_contact')
    table.index(['tenant_id', 'change_id'], 'standing_change')
  })
}

async function change(knex: Knex): Promise<void> {
  await tenantTable(knex, 'consent.change', (table) => {
    table.uuid('id').notNullable()
    columns(table)
    table.text('by_kind').notNullable()
    table.text('by_id').notNullable()
    table.text('proof')
    table.text('event_id')
    table.timestamp('occurred_at', { useTz: true }).notNullable()
    table.timestamp('recorded_at', { useTz: true }).notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'contact_id', 'id'], 'change_contact')
  })
}

async function merge(knex: Knex): Promise<void> {
  await tenantTable(knex, 'consent.merge', (table) => {
    table.uuid('id').notNullable()
    table.uuid('source_id').notNullable()
    table.uuid('target_id').notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'source_id'], 'merge_source')
    table.index(['tenant_id', 'target_id'], 'merge_target')
  })
}
