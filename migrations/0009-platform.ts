import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/** What those who run the installation decide: plans, suspensions, providers by region and currency, settings in layers. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').alterTable('tenant', (table) => {
    table.text('plan').notNullable().defaultTo('free')
    table.text('status_reason').notNullable().defaultTo('')
    table.timestamp('status_at')
  })
  await createWithPlan(knex)
  await bindings(knex)
  await settings(knex)
  await reading(knex)
}

/** Beside the function of before, which a process of the version before still calls. */
async function createWithPlan(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.create_tenant(id uuid, slug text, name text, region text, currency text, time_zone text,
         created_at timestamptz, plan text)
     returns boolean language sql as $$
       insert into parley.tenant (id, slug, name, region, currency, time_zone, status, created_at, plan)
       values ($1, $2, $3, $4, $5, $6, 'active', $7, $8)
       on conflict (slug) do nothing
       returning true
     $$`,
  )
}

/** One binding for each region and currency; empty means any. */
async function bindings(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').alterTable('provider_binding', (table) => {
    table.text('region').notNullable().defaultTo('')
    table.text('currency').notNullable().defaultTo('')
  })
  await knex.raw(
    `alter table parley.provider_binding drop constraint provider_binding_pkey,
       add primary key (tenant_id, port, region, currency)`,
  )
}

/**
 * Settings above and below the tenant's own (`tenant_plugin.settings`): the platform's lie under the nil UUID with an empty
 * owner, a person's under their tenant with the person's id.
 */
async function settings(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.plugin_setting', (table) => {
    table.text('plugin').notNullable()
    table.text('owner').notNullable()
    table.jsonb('settings').notNullable()
    table.timestamp('updated_at').notNullable()
    table.text('updated_by').notNullable().comment('<kind>:<id> of the last editor')
    tenantKey(table, 'plugin', 'owner')
  })
  await knex.schema.withSchema('parley').alterTable('tenant_plugin', (table) => {
    table.text('settings_by').comment('<kind>:<id> of the last editor of the settings')
    table.timestamp('settings_at')
  })
}

async function reading(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.search_tenants(p_text text, p_status text, p_plan text, p_after uuid, p_most integer)
       returns setof parley.tenant language sql stable as $$
       select t.* from parley.tenant t
        where (p_after is null or t.id > p_after)
          and (p_status is null or t.status = p_status)
          and (p_plan is null or t.plan = p_plan)
          and (p_text is null or strpos(lower(t.name), lower(p_text)) > 0 or strpos(t.slug, lower(p_text)) > 0)
        order by t.id limit p_most
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.tenant_statuses(p_tenants uuid[]) returns table (id uuid, status text)
       language sql stable as $$
       select t.id, t.status from parley.tenant t where t.id = any (p_tenants)
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.count_tenants() returns table (status text, plan text, tenants bigint)
       language sql stable as $$
       select t.status, t.plan, count(*) from parley.tenant t group by t.status, t.plan order by 1, 2
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.search_tenants(text, text, text, uuid, integer)')
  await knex.raw('drop function parley.tenant_statuses(uuid[])')
  await knex.raw('drop function parley.count_tenants()')
  await knex.raw('drop function parley.create_tenant(uuid, text, text, text, text, text, timestamptz, text)')
  await knex.schema.withSchema('parley').dropTable('plugin_setting')
  await knex.schema.withSchema('parley').alterTable('tenant_plugin', (table) => {
    table.dropColumns('settings_by', 'settings_at')
  })
  await knex.raw(`delete from parley.provider_binding where region <> '' or currency <> ''`)
  await knex.raw(
    `alter table parley.provider_binding drop constraint provider_binding_pkey, add primary key (tenant_id, port)`,
  )
  await knex.schema.withSchema('parley').alterTable('provider_binding', (table) => {
    table.dropColumns('region', 'currency')
  })
  await knex.schema.withSchema('parley').alterTable('tenant', (table) => {
    table.dropColumns('plan', 'status_reason', 'status_at')
  })
}
