import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

const TABLES = ['outgoing', 'assignment', 'choice', 'profile', 'notification', 'mailbox']

/**
 * A mailbox is one person's: its counter gives every change of a notification a revision, and who changes one holds the
 * mailbox's row, so revisions become visible in their order and a device that reads on from one misses nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await mailbox(knex)
  await notification(knex)
  await wishes(knex)
  await work(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of TABLES) await knex.schema.withSchema('notifications').dropTable(table)
}

const time = { useTz: true }

function ofTenant(table: Knex.CreateTableBuilder): void {
  table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
}

async function mailbox(knex: Knex): Promise<void> {
  await tenantTable(knex, 'notifications.mailbox', (table) => {
    table.text('user_id').notNullable()
    table.bigInteger('seq').notNullable()
    table.bigInteger('floor').notNullable().comment('highest revision that was swept away')
    table.integer('unread').notNullable()
    tenantKey(table, 'user_id')
    ofTenant(table)
  })
}

async function notification(knex: Knex): Promise<void> {
  await tenantTable(knex, 'notifications.notification', (table) => {
    table.uuid('id').notNullable()
    table.text('user_id').notNullable()
    table.bigInteger('revision').notNullable()
    table.text('kind').notNullable()
    table.text('title').notNullable()
    table.text('body').notNullable()
    table.text('link')
    table.text('group_key')
    table.integer('count').notNullable()
    table.timestamp('created_at', time).notNullable()
    table.timestamp('updated_at', time).notNullable()
    table.timestamp('read_at', time)
    table.timestamp('deleted_at', time)
    tenantKey(table, 'id')
    table.index(['tenant_id', 'user_id', 'revision'], 'notification_revision')
    table.index(['tenant_id', 'user_id', 'id'], 'notification_list', { predicate: knex.whereNull('deleted_at') })
    table.index(['tenant_id', 'updated_at'], 'notification_age')
    table.foreign(['tenant_id', 'user_id']).references(['tenant_id', 'user_id']).inTable('notifications.mailbox')
  })
  await knex.raw(
    `create unique index notification_group on notifications.notification (tenant_id, user_id, kind, group_key)
       where read_at is null and deleted_at is null and group_key is not null`,
  )
}

async function wishes(knex: Knex): Promise<void> {
  await tenantTable(knex, 'notifications.profile', (table) => {
    table.text('user_id').notNullable()
    table.text('time_zone').comment("the tenant's when absent")
    table.text('quiet_from')
    table.text('quiet_to')
    table.text('digest').notNullable()
    table.text('digest_at').notNullable()
    tenantKey(table, 'user_id')
    ofTenant(table)
    table.check("digest in ('none', 'hourly', 'daily')", [], 'profile_digest_known')
  })
  await tenantTable(knex, 'notifications.choice', (table) => {
    table.text('user_id').notNullable()
    table.text('kind').notNullable()
    table.text('channel').notNullable()
    table.boolean('enabled').notNullable()
    tenantKey(table, 'user_id', 'kind', 'channel')
    ofTenant(table)
  })
}

async function work(knex: Knex): Promise<void> {
  await tenantTable(knex, 'notifications.assignment', (table) => {
    table.uuid('conversation_id').notNullable()
    table.text('user_id').notNullable()
    tenantKey(table, 'conversation_id')
    ofTenant(table)
  })
  await tenantTable(knex, 'notifications.outgoing', (table) => {
    table.uuid('id').notNullable()
    table.text('user_id').notNullable()
    table.text('title').notNullable()
    table.text('body').notNullable()
    table.text('link')
    table.timestamp('due_at', time).notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'user_id', 'due_at'], 'outgoing_due')
    ofTenant(table)
  })
}
