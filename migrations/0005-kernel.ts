import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { enginePolicy, tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/**
 * What the kernel knows of plugins: enabled and set up by tenant, bound providers, crashes and quarantine.
 * `tenant_plugin` is read through an engine function for many tenants at once, as the gate stands before every event.
 */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.tenant_plugin', (table) => {
    table.text('plugin').notNullable()
    table.boolean('enabled').comment('null: never decided, the default of the configuration counts')
    table.jsonb('settings').notNullable().defaultTo('{}')
    table.timestamp('updated_at').notNullable()
    tenantKey(table, 'plugin')
    table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
  })
  await tenantTable(knex, 'parley.provider_binding', (table) => {
    table.text('port').notNullable()
    table.text('key').notNullable()
    table.timestamp('updated_at').notNullable()
    tenantKey(table, 'port')
    table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
  })
  await enginePolicy(knex, 'parley.tenant_plugin', ['select'])
  await crashTables(knex)
  await functions(knex)
}

/** These hold no tenant's data: only engine functions read and write them. */
async function crashTables(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').createTable('plugin_crash', (table) => {
    table.uuid('id').primary()
    table.text('plugin').notNullable()
    table.timestamp('at').notNullable()
    table.text('reason').notNullable()
    table.index(['plugin', 'at'])
  })
  await knex.schema.withSchema('parley').createTable('plugin_quarantine', (table) => {
    table.text('plugin').primary()
    table.timestamp('since').notNullable()
    table.text('reason').notNullable()
  })
  await knex.raw('grant select, insert, delete on parley.plugin_crash, parley.plugin_quarantine to parley_engine')
}

async function functions(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.plugins_of_tenants(tenants uuid[])
       returns table (tenant_id uuid, plugin text, enabled boolean, settings jsonb)
       language sql stable as $$
       select p.tenant_id, p.plugin, p.enabled, p.settings from parley.tenant_plugin p where p.tenant_id = any (tenants)
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.record_crash(
       crash uuid, crashed text, moment timestamptz, why text, window_start timestamptz, threshold int
     ) returns boolean language plpgsql as $$
     declare crashes int;
     begin
       insert into parley.plugin_crash (id, plugin, at, reason) values (crash, crashed, moment, why);
       select count(*) into crashes from parley.plugin_crash c where c.plugin = crashed and c.at >= window_start;
       if crashes < threshold then return false; end if;
       insert into parley.plugin_quarantine (plugin, since, reason)
         values (crashed, moment, format('it ended the process %s times, the last time with: %s', crashes, why))
         on conflict (plugin) do nothing;
       return true;
     end $$`,
  )
  await engineFunction(
    knex,
    `create function parley.quarantined_plugins() returns table (plugin text, since timestamptz, reason text)
       language sql stable as $$ select q.plugin, q.since, q.reason from parley.plugin_quarantine q $$`,
  )
  await engineFunction(
    knex,
    `create function parley.lift_quarantine(held text) returns boolean language plpgsql as $$
     declare lifted boolean;
     begin
       delete from parley.plugin_quarantine q where q.plugin = held;
       lifted := found;
       delete from parley.plugin_crash c where c.plugin = held;
       return lifted;
     end $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.plugins_of_tenants(uuid[])')
  await knex.raw('drop function parley.record_crash(uuid, text, timestamptz, text, timestamptz, int)')
  await knex.raw('drop function parley.quarantined_plugins()')
  await knex.raw('drop function parley.lift_quarantine(text)')
  for (const table of ['plugin_quarantine', 'plugin_crash', 'provider_binding', 'tenant_plugin']) {
    await knex.schema.withSchema('parley').dropTable(table)
  }
}
