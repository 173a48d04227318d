import { engineFunction } from '@parley/core'
import type { Knex } from 'knex'

/** An account that ends leaves every team; a team that would be without an owner says no first. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('grant delete on accounts.membership to parley_engine')
  await engineFunction(
    knex,
    `create function accounts.owned_alone(person uuid) returns setof uuid language sql stable as $$
       select m.tenant_id from accounts.membership m
        where m.user_id = person and m.owner and not exists (
          select from accounts.membership o where o.tenant_id = m.tenant_id and o.owner and o.user_id <> person)
     $$`,
  )
  await engineFunction(
    knex,
    `create function accounts.leave_everywhere(person uuid) returns setof uuid language sql as $$
       delete from accounts.membership m where m.user_id = person returning m.tenant_id
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function accounts.leave_everywhere(uuid)')
  await knex.raw('drop function accounts.owned_alone(uuid)')
  await knex.raw('revoke delete on accounts.membership from parley_engine')
}
