import { engineFunction } from '@parley/core'
import type { Knex } from 'knex'

/** API keys outlive whoever made them; those of somebody who was never who they said end with their account. */
export async function up(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function accounts.revoke_keys_of_owner(person uuid, at timestamptz) returns void language sql as $$
       update parley.api_key k set revoked_at = at
         from accounts.membership m
        where m.user_id = person and m.owner and k.tenant_id = m.tenant_id and k.revoked_at is null
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function accounts.revoke_keys_of_owner(uuid, timestamptz)')
}
