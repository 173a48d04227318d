import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'

/**
 * The name of the log that a broker's records carry. It belongs to the database, not to its contents: a restored or cloned
 * database goes on with offsets of its own, so it must not take the records of the first one for its own.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`create table parley.log_identity (database oid primary key, id uuid not null)`)
  await knex.raw('grant select, insert on parley.log_identity to parley_engine')
  await engineFunction(
    knex,
    `create function parley.log_id() returns uuid language plpgsql as $$
     declare
       v_database oid := (select d.oid from pg_database d where d.datname = current_database());
     begin
       insert into parley.log_identity (database, id) values (v_database, gen_random_uuid()) on conflict do nothing;
       return (select i.id from parley.log_identity i where i.database = v_database);
     end $$`,
  )
  await engineFunction(
    knex,
    `create function parley.group_behind(p_grp text) returns table (topic text, part integer, events bigint)
     language sql stable as $$
       select c.topic, c.part, h.next - c.low
         from parley.cursor c join parley.log_head h on h.topic = c.topic and h.part = c.part
        where c.grp = p_grp and h.next > c.low
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.log_id(), parley.group_behind(text)')
  await knex.raw('drop table parley.log_identity')
}
