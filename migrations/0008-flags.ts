import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'

/**
 * Definitions of flags and segments belong to the installation, not to a tenant: the application has no right on the tables,
 * only engine functions read and write them. The version counts every change, so that a process learns with one small query
 * that nothing has changed.
 */
export async function up(knex: Knex): Promise<void> {
  await tables(knex)
  await engineFunction(
    knex,
    `create function parley.flag_version() returns bigint language sql stable as $$ select v.version from parley.flag_version v $$`,
  )
  await engineFunction(
    knex,
    `create function parley.read_flags()
       returns table (kind text, key text, definition jsonb, revision bigint, updated_at timestamptz)
       language sql stable as $$
       select e.kind, e.key, e.definition, e.revision, e.updated_at from parley.flag_entry e order by e.kind, e.key
     $$`,
  )
  await engineFunction(knex, SAVE)
  await engineFunction(
    knex,
    `create function parley.flag_history(p_kind text, p_key text, p_before uuid, p_most integer)
       returns setof parley.flag_change language sql stable as $$
       select c.* from parley.flag_change c
        where c.kind = p_kind and c.key = p_key and (p_before is null or c.id < p_before)
        order by c.id desc limit p_most
     $$`,
  )
}

async function tables(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').createTable('flag_entry', (table) => {
    table.text('kind').notNullable()
    table.text('key').notNullable()
    table.jsonb('definition').notNullable()
    table.bigInteger('revision').notNullable()
    table.timestamp('updated_at').notNullable()
    table.primary(['kind', 'key'])
    table.check(`kind in ('flag', 'segment')`, [], 'flag_entry_kind_known')
  })
  await knex.schema.withSchema('parley').createTable('flag_change', (table) => {
    table.uuid('id').primary()
    table.text('kind').notNullable()
    table.text('key').notNullable()
    table.timestamp('at').notNullable()
    table.text('actor_kind').notNullable()
    table.text('actor_id').notNullable()
    table.bigInteger('revision').notNullable()
    table.jsonb('before')
    table.jsonb('after')
    table.index(['kind', 'key', 'id'])
  })
  await knex.schema.withSchema('parley').createTable('flag_version', (table) => {
    table.boolean('one_row').primary().defaultTo(true)
    table.bigInteger('version').notNullable()
    table.check('one_row', [], 'flag_version_one_row')
  })
  await knex.raw('insert into parley.flag_version (version) values (0)')
  await knex.raw('grant select, insert, update, delete on parley.flag_entry to parley_engine')
  await knex.raw('grant select, insert on parley.flag_change to parley_engine')
  await knex.raw('grant select, update on parley.flag_version to parley_engine')
}

/**
 * Stores or removes (`p_definition` null) an entry and its history; answers the new revision, 0 for one that is gone, and
 * null when the entry is not at `p_seen` any more (null: whatever is there). Revisions go on where a removed entry ended. The
 * lock on the version puts all changes in a row.
 */
const SAVE = `create function parley.save_flag(
       p_kind text, p_key text, p_definition jsonb, p_seen bigint, p_at timestamptz,
       p_change uuid, p_actor_kind text, p_actor_id text
     ) returns table (revision bigint, before jsonb) language plpgsql as $$
     declare
       v_before jsonb;
       v_revision bigint;
     begin
       update parley.flag_version set version = version + 1;
       select e.definition, e.revision into v_before, v_revision
         from parley.flag_entry e where e.kind = p_kind and e.key = p_key;
       if p_seen is not null and p_seen <> coalesce(v_revision, 0) then return; end if;
       select coalesce(max(c.revision), 0) + 1 into v_revision
         from parley.flag_change c where c.kind = p_kind and c.key = p_key;
       if p_definition is null then
         delete from parley.flag_entry e where e.kind = p_kind and e.key = p_key;
       else
         insert into parley.flag_entry (kind, key, definition, revision, updated_at)
           values (p_kind, p_key, p_definition, v_revision, p_at)
           on conflict (kind, key) do update
             set definition = excluded.definition, revision = excluded.revision, updated_at = excluded.updated_at;
       end if;
       insert into parley.flag_change (id, kind, key, at, actor_kind, actor_id, revision, before, after)
         values (p_change, p_kind, p_key, p_at, p_actor_kind, p_actor_id, v_revision, v_before, p_definition);
       return query select v_revision, v_before;
     end $$`

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.flag_version()')
  await knex.raw('drop function parley.read_flags()')
  await knex.raw('drop function parley.save_flag(text, text, jsonb, bigint, timestamptz, uuid, text, text)')
  await knex.raw('drop function parley.flag_history(text, text, uuid, integer)')
  for (const table of ['flag_version', 'flag_change', 'flag_entry']) {
    await knex.schema.withSchema('parley').dropTable(table)
  }
}
