import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { enginePolicy, isolateTenants } from '../core/data/tenant-table.ts'

/** The tenants, each visible to itself only; the kernel finds them through engine functions. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').createTable('tenant', (table) => {
    table.uuid('id').primary()
    table.text('slug').notNullable().unique({ indexName: 'tenant_slug_unique' })
    table.text('name').notNullable()
    table.text('region').notNullable()
    table.specificType('currency', 'char(3)').notNullable()
    table.text('time_zone').notNullable()
    table.text('status').notNullable()
    table.timestamp('created_at').notNullable()
    table.check(`status in ('active', 'suspended', 'closed')`, [], 'tenant_status_known')
    table.check(`slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'`, [], 'tenant_slug_shape')
  })
  await isolateTenants(knex, 'parley.tenant', 'id')
  await enginePolicy(knex, 'parley.tenant', ['select', 'insert', 'update'])
  await createFunctions(knex)
}

async function createFunctions(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.create_tenant(id uuid, slug text, name text, region text, currency text, time_zone text, created_at timestamptz)
     returns boolean language sql as $$
       insert into parley.tenant (id, slug, name, region, currency, time_zone, status, created_at)
       values ($1, $2, $3, $4, $5, $6, 'active', $7)
       on conflict (slug) do nothing
       returning true
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.list_tenants(after uuid, most integer)
     returns setof parley.tenant language sql stable as $$
       select t.* from parley.tenant t where $1 is null or t.id > $1 order by t.id limit $2
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.find_tenant(id uuid)
     returns setof parley.tenant language sql stable as $$
       select t.* from parley.tenant t where t.id = $1
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.find_tenant_by_slug(slug text)
     returns setof parley.tenant language sql stable as $$
       select t.* from parley.tenant t where t.slug = $1
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.find_tenant_by_slug(text)')
  await knex.raw('drop function parley.find_tenant(uuid)')
  await knex.raw('drop function parley.list_tenants(uuid, integer)')
  await knex.raw('drop function parley.create_tenant(uuid, text, text, text, text, text, timestamptz)')
  await knex.schema.withSchema('parley').dropTable('tenant')
}
