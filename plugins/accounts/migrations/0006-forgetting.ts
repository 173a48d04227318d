import { engineFunction } from '@parley/core'
import type { Knex } from 'knex'

/** Whoever asks to be forgotten is asked after in every tenant whose log names them, also in those they have left. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('grant select on accounts.activity to parley_engine')
  await engineFunction(
    knex,
    `create function accounts.tenants_that_name(person text) returns setof uuid language sql stable as $$
       select distinct a.tenant_id from accounts.activity a where a.actor_id = person or a.subject_id = person
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function accounts.tenants_that_name(text)')
  await knex.raw('revoke select on accounts.activity from parley_engine')
}
