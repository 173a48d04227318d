import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * A template is written here (email, SMS), or kept by a channel's vendor and copied here. `usage_day` counts what was made
 * of it; the totals stand on the template itself. `sync` tells how the last listing of a connection went.
 */
export async function up(knex: Knex): Promise<void> {
  await template(knex)
  await usageDay(knex)
  await sync(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['sync', 'usage_day', 'template']) await knex.schema.withSchema('templates').dropTable(table)
}

const time = (table: Knex.CreateTableBuilder, name: string) => table.timestamp(name, { useTz: true })

async function template(knex: Knex): Promise<void> {
  await tenantTable(knex, 'templates.template', (table) => {
    table.uuid('id').notNullable()
    table.text('kind').notNullable()
    table.text('name').notNullable()
    table.text('language').notNullable()
    table.text('category')
    table.text('subject')
    table.text('html')
    table.text('text')
    table.jsonb('variables').notNullable().defaultTo('[]')
    table.jsonb('fields').notNullable().defaultTo('[]')
    table.uuid('connection_id')
    table.text('channel')
    table.text('external_id')
    table.jsonb('components')
    table.text('state')
    table.text('reason')
    table.text('quality')
    time(table, 'vanished_at')
    time(table, 'archived_at')
    table.integer('version').notNullable().defaultTo(1)
    table.bigInteger('used_count').notNullable().defaultTo(0)
    time(table, 'last_used_at')
    table.text('created_by').notNullable()
    table.text('updated_by').notNullable()
    time(table, 'created_at').notNullable()
    time(table, 'updated_at').notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'kind', 'name', 'id'], 'template_by_name')
    table.check("kind in ('email', 'sms', 'channel')")
    table.check("(kind = 'channel') = (connection_id is not null and components is not null and state is not null)")
  })
  await knex.raw(
    `create unique index template_own_name on templates.template (tenant_id, kind, name, language) where kind <> 'channel'`,
  )
  await knex.raw(
    `create unique index template_channel_name on templates.template (tenant_id, connection_id, name, language)
     where kind = 'channel'`,
  )
}

async function usageDay(knex: Knex): Promise<void> {
  await tenantTable(knex, 'templates.usage_day', (table) => {
    table.uuid('template_id').notNullable()
    table.date('day').notNullable()
    table.bigInteger('count').notNullable()
    tenantKey(table, 'template_id', 'day')
    table
      .foreign(['tenant_id', 'template_id'])
      .references(['tenant_id', 'id'])
      .inTable('templates.template')
      .onDelete('cascade')
  })
}

async function sync(knex: Knex): Promise<void> {
  await tenantTable(knex, 'templates.sync', (table) => {
    table.uuid('connection_id').notNullable()
    time(table, 'tried_at').notNullable()
    time(table, 'synced_at')
    table.text('failure')
    table.text('detail')
    table.integer('templates').notNullable().defaultTo(0)
    tenantKey(table, 'connection_id')
  })
}
