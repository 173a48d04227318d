import { readFile } from 'node:fs/promises'
import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { engineRole } from '../core/data/roles.ts'
import { tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/**
 * Exports and erasures of people, how far each plugin is with them, and which plugins keep people's data at all. What belongs
 * to the installation (accounts of staff) lies under the nil UUID.
 */
export async function up(knex: Knex): Promise<void> {
  await requests(knex)
  await forgetting(knex)
  await hashDedupeKeys(knex)
}

/** Vendors' message ids have phone numbers in them; from now on only their hashes are stored. */
async function hashDedupeKeys(knex: Knex): Promise<void> {
  await knex.raw(`set local role ${engineRole}`)
  await knex.raw(
    `update parley.ingest_dedupe
        set ext_id = rtrim(translate(encode(sha256(convert_to(ext_id, 'UTF8')), 'base64'), '+/', '-_'), '=')`,
  )
  await knex.raw('reset role')
}

const time = { useTz: true }

async function requests(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.privacy_request', (table) => {
    table.uuid('id').notNullable()
    table.text('kind').notNullable()
    table.text('subject_kind').notNullable()
    table.text('subject_id').notNullable()
    table.uuid('pseudonym').notNullable()
    table.text('status').notNullable()
    table.text('traces').comment('sealed JSON; gone once the request is done')
    table.text('requested_by').notNullable().comment('<kind>:<id>')
    table.text('object_key').comment('of an export')
    table.bigInteger('bytes')
    table.timestamp('expires_at', time)
    table.timestamp('created_at', time).notNullable()
    table.timestamp('finished_at', time)
    tenantKey(table, 'id')
    table.index(['tenant_id', 'subject_id'])
    table.check("kind in ('export', 'erase')", [], 'privacy_request_kind_known')
    table.check("subject_kind in ('contact', 'user')", [], 'privacy_request_subject_known')
    table.check("status in ('open', 'done', 'failed')", [], 'privacy_request_status_known')
  })
  await tenantTable(knex, 'parley.privacy_step', (table) => {
    table.uuid('request_id').notNullable()
    table.uuid('scope').notNullable().comment('the tenant whose rows it is about')
    table.text('plugin').notNullable()
    table.integer('tries').notNullable()
    table.text('fault').comment('why it is not done')
    table.jsonb('counts')
    table.timestamp('updated_at', time).notNullable()
    table.timestamp('done_at', time)
    tenantKey(table, 'request_id', 'scope', 'plugin')
    table
      .foreign(['tenant_id', 'request_id'])
      .references(['tenant_id', 'id'])
      .inTable('parley.privacy_request')
      .onDelete('CASCADE')
  })
  await tenantTable(knex, 'parley.privacy_holder', (table) => {
    table.text('plugin').notNullable()
    tenantKey(table, 'plugin')
  })
}

/** What only the engine may touch, of one tenant and the keys and ids that the caller names. */
async function forgetting(knex: Knex): Promise<void> {
  await engineFunction(knex, JSON_BLANK)
  await engineFunction(knex, ERASE_KEYS)
  await knex.raw('drop function parley.log_erase(uuid, text, json)')
  await engineFunction(knex, LOG_OF)
  await engineFunction(knex, BEHIND)
  await engineFunction(knex, FORGET_KEY)
  await engineFunction(knex, BLANK_WEBHOOKS)
}

const JSON_BLANK = `create function parley.json_blank(p_data json, p_paths json) returns json language plpgsql immutable as $$
  declare
    v_data jsonb := p_data::jsonb;
    v_path json;
  begin
    for v_path in select * from json_array_elements(p_paths) loop
      v_data := jsonb_set(v_data, array(select json_array_elements_text(v_path)), 'null', false);
    end loop;
    return v_data::json;
  end $$`

/**
 * Blanks personal fields of one tenant's events under these keys, in the log and in what was kept of dead letters: each
 * partition is read once. p_types: [{ y type, t topic, f [[path elements]] }]. In place of log_erase, which took one key.
 */
const ERASE_KEYS = `create function parley.log_erase_keys(p_tenant uuid, p_keys text[], p_hashes bigint[], p_types json)
  returns integer language plpgsql as $$
  declare
    v_count integer;
  begin
    update parley.log l set data = parley.json_blank(l.data, t.f)
      from json_to_recordset(p_types) as t (y text, t text, f json), unnest(p_keys, p_hashes) as w (key, hash), parley.topic k
     where k.topic = t.t and l.topic = t.t and l.type = t.y and l.part = mod(w.hash, k.partitions)::integer
       and l.tenant_id = p_tenant and l.key = w.key
       and l.data::jsonb <> parley.json_blank(l.data, t.f)::jsonb;
    get diagnostics v_count = row_count;
    update parley.dead d set raw = null where d.tenant_id = p_tenant and d.key = any (p_keys) and d.raw is not null;
    return v_count;
  end $$`

/** Events under keys, with the hashes of these: a key's events lie in one partition of each topic. */
const LOG_OF = `create function parley.log_of(p_tenant uuid, p_keys text[], p_hashes bigint[])
  returns table (id uuid, type text, ts timestamptz, key text, data json, correlationid text)
  language sql stable as $$
    select l.id, l.type, l.ts, l.key, l.data, l.headers ->> 'correlationid'
      from parley.topic k
     cross join unnest(p_keys, p_hashes) as w (key, hash)
      join parley.log l on l.topic = k.topic and l.part = mod(w.hash, k.partitions)::integer
     where l.tenant_id = p_tenant and l.key = w.key
     order by l.id
  $$`

/** Groups that have yet to handle an event under one of the keys. */
const BEHIND = `create function parley.groups_behind(p_tenant uuid, p_keys text[]) returns setof text
  language sql stable as $$
    select c.grp from parley.cursor c
     where c.grp <> 'carrier.relay' and exists (
       select from parley.log l
        where l.topic = c.topic and l.part = c.part and l.off >= c.low and l.tenant_id = p_tenant and l.key = any (p_keys)
          and not exists (
            select from parley.done d where d.grp = c.grp and d.topic = l.topic and d.part = l.part and d.off = l.off))
    union
    select q.grp from parley.parked q where q.tenant_id = p_tenant and q.key = any (p_keys)
  $$`

/**
 * A key that names a person (a lane is called after who writes in it) becomes one that names nobody. Events keep their places.
 * The lane's row is locked first: whoever handles events of it has finished by then, and nobody begins.
 */
const FORGET_KEY = `create function parley.log_forget_key(p_tenant uuid, p_key text, p_hash bigint, p_new text) returns integer
  language plpgsql as $$
  declare
    v_count integer;
  begin
    perform 1 from parley.lane l where l.tenant_id = p_tenant and l.key = p_key order by l.grp, l.topic for update;
    insert into parley.lane (grp, topic, key, part, tenant_id, next_at, attempt, blocked, error, since)
      select l.grp, l.topic, p_new, l.part, l.tenant_id, l.next_at, l.attempt, l.blocked, l.error, l.since
        from parley.lane l where l.tenant_id = p_tenant and l.key = p_key
      on conflict do nothing;
    update parley.parked q set key = p_new where q.tenant_id = p_tenant and q.key = p_key;
    delete from parley.lane l where l.tenant_id = p_tenant and l.key = p_key;
    update parley.dead d set key = p_new where d.tenant_id = p_tenant and d.key = p_key;
    update parley.log l set key = p_new from parley.topic k
     where l.topic = k.topic and l.part = mod(p_hash, k.partitions)::integer and l.tenant_id = p_tenant and l.key = p_key;
    get diagnostics v_count = row_count;
    return v_count;
  end $$`

/**
 * Blanks raw calls after p_after (an id) in which one of the needles stands, or that are named by id; p_limit rows are looked
 * at. A call to an endpoint that serves many tenants must name one of this tenant's accounts as well. Returns the last id.
 */
const BLANK_WEBHOOKS = `create function parley.webhook_blank(
    p_tenant uuid, p_ids uuid[], p_needles text[], p_accounts text[], p_after uuid, p_limit integer
  ) returns table (last uuid, blanked integer) language plpgsql as $$
  declare
    v_last uuid;
    v_count integer;
  begin
    select x.id into v_last from (
      select w.id from parley.webhook_log w where p_after is null or w.id > p_after order by w.id limit p_limit
    ) x order by x.id desc limit 1;
    update parley.webhook_log w set body = '', headers = '{}', outcome = 'erased'
     where (p_after is null or w.id > p_after) and w.id <= v_last and w.outcome <> 'erased'
       and (w.tenant_id = p_tenant or w.tenant_id is null)
       and (w.id = any (p_ids) or (
         exists (select from unnest(p_needles) n where position(convert_to(n, 'UTF8') in w.body) > 0)
         and (w.tenant_id = p_tenant
              or exists (select from unnest(p_accounts) a where position(convert_to(a, 'UTF8') in w.body) > 0))));
    get diagnostics v_count = row_count;
    return query select v_last, v_count;
  end $$`

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.webhook_blank(uuid, uuid[], text[], text[], uuid, integer)')
  await knex.raw('drop function parley.log_forget_key(uuid, text, bigint, text)')
  await knex.raw('drop function parley.groups_behind(uuid, text[])')
  await knex.raw('drop function parley.log_erase_keys(uuid, text[], bigint[], json), parley.json_blank(json, json)')
  await engineFunction(knex, await logErase())
  await knex.raw('drop function parley.log_of(uuid, text[], bigint[])')
  for (const table of ['privacy_holder', 'privacy_step', 'privacy_request']) {
    await knex.schema.withSchema('parley').dropTable(table)
  }
}

/** As the migration of the event log made it. */
async function logErase(): Promise<string> {
  const text = await readFile(new URL('../core/events/sql/retention.sql', import.meta.url), 'utf8')
  return text.split('\n----\n').find((part) => part.includes('create function parley.log_erase(')) ?? ''
}
