import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/** A subscription is an address and what it wants to hear; a delivery is one event for it; an attempt is one try of that. */
export async function up(knex: Knex): Promise<void> {
  await subscription(knex)
  await delivery(knex)
  await attempt(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['attempt', 'delivery', 'subscription']) await knex.schema.withSchema('webhooks').dropTable(table)
}

const time = { useTz: true }

async function subscription(knex: Knex): Promise<void> {
  await tenantTable(knex, 'webhooks.subscription', (table) => {
    table.uuid('id').notNullable()
    table.text('url').notNullable()
    table.text('description').notNullable()
    table.specificType('events', 'text[]').notNullable()
    table.boolean('include_personal').notNullable()
    table.text('status').notNullable()
    table.text('disabled_reason')
    table.text('secret').notNullable().comment('sealed')
    table.text('old_secret').comment('sealed; signs too until it runs out')
    table.timestamp('old_secret_until', time)
    table.integer('failures').notNullable().comment('failed tries in a row')
    table.timestamp('failing_since', time)
    table.timestamp('paused_until', time)
    table.text('created_by').notNullable()
    table.timestamp('created_at', time).notNullable()
    table.timestamp('updated_at', time).notNullable()
    tenantKey(table, 'id')
    table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
    table.check("status in ('active', 'disabled')", [], 'subscription_status_known')
  })
}

async function delivery(knex: Knex): Promise<void> {
  await tenantTable(knex, 'webhooks.delivery', (table) => {
    table.uuid('id').notNullable()
    table.uuid('subscription_id').notNullable()
    table.uuid('event_id').notNullable()
    table.text('type').notNullable()
    table.text('body').notNullable().comment('the bytes that are signed')
    table.text('state').notNullable()
    table.integer('tries').notNullable()
    table.timestamp('next_at', time).comment('of a pending one')
    table.timestamp('created_at', time).notNullable()
    table.timestamp('settled_at', time)
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'subscription_id', 'event_id'], { indexName: 'delivery_once' })
    table.index(['tenant_id', 'subscription_id', 'id'], 'delivery_log')
    table.index(['tenant_id', 'subscription_id', 'next_at'], 'delivery_due', {
      predicate: knex.whereRaw("state = 'pending'"),
    })
    table.index(['tenant_id', 'created_at'], 'delivery_age')
    table
      .foreign(['tenant_id', 'subscription_id'])
      .references(['tenant_id', 'id'])
      .inTable('webhooks.subscription')
      .onDelete('CASCADE')
    table.check("state in ('queued', 'pending', 'delivered', 'failed', 'dropped')", [], 'delivery_state_known')
  })
}

async function attempt(knex: Knex): Promise<void> {
  await tenantTable(knex, 'webhooks.attempt', (table) => {
    table.uuid('id').notNullable()
    table.uuid('delivery_id').notNullable()
    table.timestamp('at', time).notNullable()
    table.integer('took_ms').notNullable()
    table.integer('status').comment('the HTTP status, when there was an answer')
    table.text('error').comment('why there was none')
    table.text('answer').notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'delivery_id', 'id'], 'attempt_delivery')
    table
      .foreign(['tenant_id', 'delivery_id'])
      .references(['tenant_id', 'id'])
      .inTable('webhooks.delivery')
      .onDelete('CASCADE')
  })
}
