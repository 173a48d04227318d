import { enginePolicy, tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/** Who works for a tenant, as what, in which group, and what they did. Each tenant sees its own. */
export async function up(knex: Knex): Promise<void> {
  await membership(knex)
  await invitation(knex)
  await groups(knex)
  await activity(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['activity', 'team_member', 'team', 'invitation', 'role', 'membership']) {
    await knex.schema.withSchema('accounts').dropTable(table)
  }
}

const time = { useTz: true }

function ofTenant(table: Knex.CreateTableBuilder): void {
  table.foreign('tenant_id').references('id').inTable('parley.tenant').onDelete('CASCADE')
}

async function membership(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.membership', (table) => {
    table.uuid('user_id').notNullable()
    table.text('role').notNullable().comment('admin, agent, viewer, or the id of a role of the tenant')
    table.boolean('owner').notNullable()
    table.timestamp('joined_at', time).notNullable()
    tenantKey(table, 'user_id')
    table.index(['tenant_id', 'role'], 'membership_role')
    ofTenant(table)
    table.check("not owner or role = 'admin'", [], 'membership_owner_is_admin')
  })
  await enginePolicy(knex, 'accounts.membership', ['select', 'insert'])
  await tenantTable(knex, 'accounts.role', (table) => {
    table.uuid('id').notNullable()
    table.text('name').notNullable()
    table.specificType('permissions', 'text[]').notNullable()
    table.timestamp('created_at', time).notNullable()
    table.timestamp('updated_at', time).notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'name'], { indexName: 'role_name' })
    ofTenant(table)
  })
  await enginePolicy(knex, 'accounts.role', ['select'])
}

async function invitation(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.invitation', (table) => {
    table.uuid('id').notNullable()
    table.text('email').notNullable()
    table.text('email_norm').notNullable()
    table.text('role').notNullable()
    table.binary('hash').notNullable().comment('SHA-256 of the token in the mail')
    table.text('invited_by').notNullable()
    table.timestamp('created_at', time).notNullable()
    table.timestamp('expires_at', time).notNullable()
    table.timestamp('accepted_at', time)
    table.timestamp('revoked_at', time)
    tenantKey(table, 'id')
    ofTenant(table)
  })
  await knex.raw(
    `create unique index invitation_open on accounts.invitation (tenant_id, email_norm)
       where accepted_at is null and revoked_at is null`,
  )
  await enginePolicy(knex, 'accounts.invitation', ['select', 'update'])
}

async function groups(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.team', (table) => {
    table.uuid('id').notNullable()
    table.text('name').notNullable()
    table.text('description').notNullable()
    table.uuid('owner_id')
    table.jsonb('settings').notNullable()
    table.timestamp('created_at', time).notNullable()
    table.timestamp('updated_at', time).notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'name'], { indexName: 'team_name' })
    ofTenant(table)
  })
  await tenantTable(knex, 'accounts.team_member', (table) => {
    table.uuid('team_id').notNullable()
    table.uuid('user_id').notNullable()
    table.text('role').notNullable()
    table.text('status').notNullable()
    table.timestamp('joined_at', time).notNullable()
    tenantKey(table, 'team_id', 'user_id')
    table.index(['tenant_id', 'user_id'], 'team_member_user')
    table.foreign(['tenant_id', 'team_id']).references(['tenant_id', 'id']).inTable('accounts.team').onDelete('CASCADE')
    table
      .foreign(['tenant_id', 'user_id'])
      .references(['tenant_id', 'user_id'])
      .inTable('accounts.membership')
      .onDelete('CASCADE')
    table.check("role in ('lead', 'member')", [], 'team_member_role_known')
    table.check("status in ('active', 'away')", [], 'team_member_status_known')
  })
}

async function activity(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.activity', (table) => {
    table.uuid('id').notNullable()
    table.text('actor_kind').notNullable()
    table.text('actor_id').notNullable()
    table.text('actor_name').notNullable().comment('as it was then')
    table.text('action').notNullable()
    table.text('subject_id').notNullable()
    table.text('subject_name').notNullable()
    table.jsonb('details').notNullable()
    table.text('ip').notNullable()
    table.timestamp('created_at', time).notNullable()
    tenantKey(table, 'id')
    ofTenant(table)
  })
  await enginePolicy(knex, 'accounts.activity', ['insert'])
}
