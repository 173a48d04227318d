import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'

/** Since when a connection has its health; what went wrong with a vendor's call, and when it was taken in again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table parley.connection add column health_since timestamptz')
  await knex.raw('alter table parley.webhook_log add column error text, add column replayed_at timestamptz')
  await engineFunction(knex, KEEP)
  await engineFunction(knex, LIST)
  await engineFunction(knex, REPLAYED)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.webhook_replayed(uuid, text, integer, timestamptz)')
  await knex.raw(
    'drop function parley.webhooks_at(uuid, text, text, text[], timestamptz, timestamptz, uuid, boolean, integer)',
  )
  await knex.raw('drop function parley.webhook_keep(uuid, uuid, text, text, bytea, json, text, text, timestamptz)')
  await knex.raw('alter table parley.webhook_log drop column error, drop column replayed_at')
  await knex.raw('alter table parley.connection drop column health_since')
}

/** A call that brought no event: kept for looking into it, and for replaying it once it can be read. */
const KEEP = `create function parley.webhook_keep(
     call_id uuid, tenant uuid, of_adapter text, at_endpoint text, call_body bytea, call_headers json, made_of_it text,
     what_failed text, at timestamptz) returns void language sql as $$
     insert into parley.webhook_log
       (id, tenant_id, adapter, endpoint_id, body, headers, stored, duplicates, outcome, error, received_at)
     values (call_id, tenant, of_adapter, at_endpoint, call_body, call_headers, 0, 0, made_of_it, what_failed, at)
   $$`

/** A tenant's kept calls, newest first, or oldest first after the one with the id \`beyond\`. */
const LIST = `create function parley.webhooks_at(
     tenant uuid, of_adapter text, at_endpoint text, outcomes text[], since timestamptz, until timestamptz, beyond uuid,
     oldest_first boolean, most integer) returns setof parley.webhook_log language sql stable as $$
     select w.* from parley.webhook_log w
      where w.tenant_id = tenant
        and (of_adapter is null or w.adapter = of_adapter)
        and (at_endpoint is null or w.endpoint_id = at_endpoint)
        and (outcomes is null or w.outcome = any (outcomes))
        and (since is null or w.received_at >= since)
        and (until is null or w.received_at < until)
        and (beyond is null or case when oldest_first then w.id > beyond else w.id < beyond end)
      order by case when oldest_first then w.id end, case when not oldest_first then w.id end desc
      limit most
   $$`

const REPLAYED = `create function parley.webhook_replayed(wanted uuid, made_of_it text, newly_stored integer, at timestamptz)
     returns void language sql as $$
     update parley.webhook_log w
        set outcome = made_of_it, stored = w.stored + newly_stored, error = null, replayed_at = at
      where w.id = wanted
   $$`
