import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { enginePolicy, tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/**
 * Keys that seal secrets, wrapped by a root key which is not in the database, and how far sealing anew has come. What belongs
 * to the installation lies under the nil UUID, where no tenant sees it.
 */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.ring_key', (table) => {
    table.text('id').notNullable()
    table.text('wrapped').notNullable().comment('the key, sealed by a root key')
    table.text('created_by').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('active_at').notNullable().comment('seals from then on; until then every process comes to know it')
    table.timestamp('reseal_started_at')
    table.timestamp('fanned_out_at').comment('every tenant has its job')
    table.timestamp('resealed_at')
    tenantKey(table, 'id')
  })
  await tenantTable(knex, 'parley.sealed_column', (table) => {
    table.text('owner').notNullable().comment('plugin id; parley for the kernel')
    table.text('table_name').notNullable()
    table.text('column_name').notNullable()
    table.text('purpose').notNullable()
    tenantKey(table, 'table_name', 'column_name')
  })
  await tenantTable(knex, 'parley.reseal_progress', (table) => {
    table.text('key_id').notNullable()
    table.bigInteger('resealed').notNullable().defaultTo(0)
    table.bigInteger('unreadable').notNullable().defaultTo(0)
    table.timestamp('updated_at').notNullable()
    table.timestamp('done_at')
    tenantKey(table, 'key_id')
  })
  await enginePolicy(knex, 'parley.ring_key', ['select'])
  await enginePolicy(knex, 'parley.sealed_column', ['select'])
  await enginePolicy(knex, 'parley.reseal_progress', ['select'])
  await functions(knex)
  await providerKeys(knex)
}

async function functions(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.ring_keys() returns setof parley.ring_key language sql stable as $$
       select k.* from parley.ring_key k order by k.active_at desc, k.id
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.sealed_columns() returns setof parley.sealed_column language sql stable as $$
       select c.* from parley.sealed_column c order by c.table_name, c.column_name
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.reseal_state(p_key text)
       returns table (tenants bigint, done bigint, resealed bigint, unreadable bigint) language sql stable as $$
       select count(*), count(p.done_at), coalesce(sum(p.resealed), 0)::bigint, coalesce(sum(p.unreadable), 0)::bigint
         from parley.reseal_progress p where p.key_id = p_key
     $$`,
  )
}

/** Keys for services that we call; a tenant's own, or under the nil UUID those of the installation. */
async function providerKeys(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.provider_key', (table) => {
    table.uuid('id').notNullable()
    table.text('provider').notNullable()
    table.text('name').notNullable()
    table.integer('priority').notNullable()
    table.text('secret').notNullable().comment('sealed')
    table.boolean('enabled').notNullable()
    table.timestamp('resting_until')
    table.text('resting_for')
    table.bigInteger('uses').notNullable().defaultTo(0)
    table.bigInteger('failures').notNullable().defaultTo(0)
    table.timestamp('last_used_at')
    table.timestamp('created_at').notNullable()
    table.timestamp('updated_at').notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'provider', 'priority'])
  })
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.ring_keys()')
  await knex.raw('drop function parley.sealed_columns()')
  await knex.raw('drop function parley.reseal_state(text)')
  for (const table of ['provider_key', 'reseal_progress', 'sealed_column', 'ring_key']) {
    await knex.schema.withSchema('parley').dropTable(table)
  }
}
