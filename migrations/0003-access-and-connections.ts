import type { Knex } from 'knex'
import { crossTenantMark } from '../core/data/audit-tenant-tables.ts'
import { engineFunction } from '../core/data/engine-function.ts'
import { enginePolicy, tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/**
 * API keys, webhook endpoints and connections, each visible to its tenant only. An app-level endpoint, which serves many
 * tenants, lies under the nil UUID, so that no tenant sees it. A call from outside carries a key, an endpoint id or an
 * account id and no tenant: those are looked up through engine functions.
 */
export async function up(knex: Knex): Promise<void> {
  await apiKeys(knex)
  await endpoints(knex)
  await connections(knex)
  await accountRoutes(knex)
  await webhookReads(knex)
}

/** An index for engine functions; it is not unique, so that no tenant can notice another's rows by it. */
async function lookupIndex(knex: Knex, table: string, column: string, why: string): Promise<void> {
  await knex.raw(`create index ${table}_by_${column} on parley.${table} (${column})`)
  await knex.raw(`comment on index parley.${table}_by_${column} is '${crossTenantMark}${why}'`)
}

async function apiKeys(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.api_key', (table) => {
    table.uuid('id').notNullable()
    table.text('name').notNullable()
    table.text('prefix').notNullable().comment('parley_live_ and four characters, to recognise the key by')
    table.binary('hash').notNullable().comment('SHA-256 of the key')
    table.specificType('scopes', 'text[]').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('expires_at')
    table.timestamp('last_used_at')
    table.timestamp('revoked_at')
    tenantKey(table, 'id')
    table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
    table.check('octet_length(hash) = 32', [], 'api_key_hash_length')
  })
  await lookupIndex(knex, 'api_key', 'hash', 'a caller shows a key before anybody knows the tenant')
  await enginePolicy(knex, 'parley.api_key', ['select', 'update'])
  await engineFunction(
    knex,
    `create function parley.find_api_key(wanted bytea)
       returns table (id uuid, tenant_id uuid, name text, scopes text[], expires_at timestamptz, last_used_at timestamptz)
       language sql stable as $$
       select k.id, k.tenant_id, k.name, k.scopes, k.expires_at, k.last_used_at
         from parley.api_key k where k.hash = wanted and k.revoked_at is null
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.touch_api_keys(tenants uuid[], ids uuid[], moments timestamptz[])
       returns void language sql as $$
       update parley.api_key k set last_used_at = used.moment
         from unnest(tenants, ids, moments) as used (tenant, id, moment)
        where k.tenant_id = used.tenant and k.id = used.id
          and (k.last_used_at is null or k.last_used_at < used.moment)
     $$`,
  )
}

async function endpoints(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.endpoint', (table) => {
    table.uuid('id').notNullable()
    table.text('adapter').notNullable()
    table.text('secrets').notNullable().comment('sealed JSON object')
    table.boolean('enabled').notNullable()
    table.timestamp('created_at').notNullable()
    table.timestamp('updated_at').notNullable()
    tenantKey(table, 'id')
  })
  await lookupIndex(knex, 'endpoint', 'id', 'a vendor calls an endpoint before anybody knows the tenant')
  await enginePolicy(knex, 'parley.endpoint', ['select'])
  await engineFunction(
    knex,
    `create function parley.find_endpoints(ids uuid[])
       returns table (id uuid, tenant_id uuid, adapter text, secrets text, enabled boolean)
       language sql stable as $$
       select e.id, e.tenant_id, e.adapter, e.secrets, e.enabled from parley.endpoint e where e.id = any (ids)
     $$`,
  )
}

async function connections(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.connection', (table) => {
    table.uuid('id').notNullable()
    table.text('provider').notNullable()
    table.text('external_id').notNullable()
    table.uuid('endpoint_id')
    table.specificType('aliases', 'text[]').notNullable()
    table.text('name').notNullable()
    table.jsonb('settings').notNullable()
    table.text('secrets').notNullable().comment('sealed JSON object')
    table.text('health').notNullable()
    table.text('health_detail')
    table.timestamp('created_at').notNullable()
    table.timestamp('updated_at').notNullable()
    table.timestamp('removed_at').comment('kept for the conversations that name it; its secrets are gone')
    tenantKey(table, 'id')
    table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
    table.check(`health in ('ok', 'auth-failed', 'degraded')`, [], 'connection_health_known')
  })
  await knex.raw(
    `create unique index connection_account on parley.connection (tenant_id, provider, external_id)
       where endpoint_id is null and removed_at is null`,
  )
  await knex.raw(`create index connection_by_endpoint on parley.connection (tenant_id, endpoint_id)`)
  await lookupIndex(knex, 'connection', 'id', 'a public page carries only the id')
  await enginePolicy(knex, 'parley.connection', ['select'])
  await engineFunction(
    knex,
    `create function parley.read_connections(tenants uuid[], ids uuid[])
       returns setof parley.connection language sql stable as $$
       select c.* from parley.connection c
         join unnest(tenants, ids) as wanted (tenant, id) on c.tenant_id = wanted.tenant and c.id = wanted.id
        where c.removed_at is null
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.locate_connections(ids uuid[]) returns table (id uuid, tenant_id uuid, provider text)
       language sql stable as $$
       select c.id, c.tenant_id, c.provider from parley.connection c where c.id = any (ids) and c.removed_at is null
     $$`,
  )
}

const KEEP_ACCOUNT_ROUTES = `create or replace function parley.keep_account_routes() returns trigger language plpgsql as $$
     begin
       if tg_op <> 'INSERT' then
         delete from parley.account_route r where r.connection_id = old.id;
       end if;
       if tg_op = 'DELETE' or new.endpoint_id is null or new.removed_at is not null then return null; end if;
       if not exists (select from parley.endpoint e where e.id = new.endpoint_id
                        and e.tenant_id in (new.tenant_id, '00000000-0000-0000-0000-000000000000')) then
         raise exception 'no such endpoint' using errcode = 'foreign_key_violation', constraint = 'connection_endpoint';
       end if;
       insert into parley.account_route (endpoint_id, account, connection_id, tenant, own)
         values (new.endpoint_id, new.external_id, new.id, new.tenant_id, true);
       insert into parley.account_route (endpoint_id, account, connection_id, tenant, own)
         select new.endpoint_id, a.alias, new.id, new.tenant_id, false
           from (select distinct unnest(new.aliases)) as a (alias) where a.alias <> new.external_id;
       return null;
     end $$`

/**
 * Which account's events go to which connection. An own account id (a phone number id) leads to one connection, whichever
 * tenant's; an alias may lead to several. Kept by a trigger, read by engine functions, open to nobody else: a tenant must
 * not learn what another has connected.
 */
async function accountRoutes(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').createTable('account_route', (table) => {
    table.uuid('endpoint_id').notNullable()
    table.text('account').notNullable()
    table.uuid('connection_id').notNullable()
    table.uuid('tenant').notNullable()
    table.boolean('own').notNullable()
    table.primary(['endpoint_id', 'account', 'connection_id'])
    table.index(['connection_id'])
  })
  await knex.raw('create unique index account_route_own on parley.account_route (endpoint_id, account) where own')
  await knex.raw('grant select, insert, delete on parley.account_route to parley_engine')
  // The trigger is made while the function is still the owner's: later only the application may execute it.
  await knex.raw(KEEP_ACCOUNT_ROUTES)
  await knex.raw(
    `create trigger keep_account_routes
       after insert or delete or update of endpoint_id, external_id, aliases, removed_at on parley.connection
       for each row execute function parley.keep_account_routes()`,
  )
  await engineFunction(knex, KEEP_ACCOUNT_ROUTES)
  await engineFunction(
    knex,
    `create function parley.route_accounts(endpoints uuid[], accounts text[])
       returns table (endpoint_id uuid, account text, connection_id uuid, tenant_id uuid)
       language sql stable as $$
       select r.endpoint_id, r.account, r.connection_id, r.tenant
         from unnest(endpoints, accounts) as wanted (endpoint_id, account)
         join parley.account_route r on r.endpoint_id = wanted.endpoint_id and r.account = wanted.account
        where r.own or not exists (
          select from parley.account_route o
           where o.endpoint_id = r.endpoint_id and o.account = r.account and o.own)
        order by r.connection_id
     $$`,
  )
}

/** The kept calls: a tenant's own, or all for the operator (`null`). */
async function webhookReads(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.find_webhook(wanted uuid, tenant uuid) returns setof parley.webhook_log
       language sql stable as $$
       select w.* from parley.webhook_log w where w.id = wanted and (tenant is null or w.tenant_id = tenant)
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.webhooks_of(tenant uuid, of_adapter text, with_outcome text, before uuid, most integer)
       returns setof parley.webhook_log language sql stable as $$
       select w.* from parley.webhook_log w
        where w.tenant_id = tenant
          and (of_adapter is null or w.adapter = of_adapter)
          and (with_outcome is null or w.outcome = with_outcome)
          and (before is null or w.id < before)
        order by w.id desc limit most
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.find_webhook(uuid, uuid)')
  await knex.raw('drop function parley.webhooks_of(uuid, text, text, uuid, integer)')
  for (const table of ['connection', 'endpoint', 'api_key']) {
    await knex.raw(`drop table parley.${table} cascade`)
  }
  await knex.schema.withSchema('parley').dropTable('account_route')
  for (const signature of [
    'find_api_key(bytea)',
    'touch_api_keys(uuid[], uuid[], timestamptz[])',
    'find_endpoints(uuid[])',
    'locate_connections(uuid[])',
    'keep_account_routes()',
    'route_accounts(uuid[], text[])',
  ]) {
    await knex.raw(`drop function parley.${signature}`)
  }
}
