import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { enginePolicy, tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/** Answers to writes, by `Idempotency-Key`. A row without a status is a request that still runs, or whose process died. */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.idempotency_key', (table) => {
    table.text('route').notNullable()
    table.text('actor').notNullable()
    table.text('key').notNullable()
    table.text('request_hash').notNullable().comment('SHA-256 over path, query and body, hex')
    table.uuid('attempt').notNullable().comment('proves who holds the claim')
    table.timestamp('locked_until').notNullable()
    table.timestamp('expires_at').notNullable()
    table.smallint('status').comment('null: in flight')
    table.jsonb('headers')
    table.text('content_type')
    table.text('body').comment('the exact text that was answered')
    tenantKey(table, 'route', 'actor', 'key')
    table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
    table.index(['tenant_id', 'expires_at'])
  })
  await enginePolicy(knex, 'parley.idempotency_key', ['select', 'delete'])
  await engineFunction(
    knex,
    `create function parley.purge_idempotency_keys(moment timestamptz, most integer)
     returns bigint language sql as $$
       with gone as (
         delete from parley.idempotency_key k where k.ctid = any (array(
           select e.ctid from parley.idempotency_key e where e.expires_at <= $1 limit $2
         )) returning 1
       )
       select count(*) from gone
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.purge_idempotency_keys(timestamptz, integer)')
  await knex.schema.withSchema('parley').dropTable('idempotency_key')
}
