import { enginePolicy, tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/** People and what is theirs alone; all of it under the nil UUID (see platform.ts). */
export async function up(knex: Knex): Promise<void> {
  await user(knex)
  await secrets(knex)
  await session(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['refresh_token', 'session', 'one_time_token', 'external_identity', 'recovery_code', 'user']) {
    await knex.schema.withSchema('accounts').dropTable(table)
  }
}

const time = { useTz: true }

function ofUser(table: Knex.CreateTableBuilder): void {
  table.foreign(['tenant_id', 'user_id']).references(['tenant_id', 'id']).inTable('accounts.user').onDelete('CASCADE')
}

async function user(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.user', (table) => {
    table.uuid('id').notNullable()
    table.text('email').notNullable().comment('as the person writes it')
    table.text('email_norm').notNullable().comment('lower case: what it is found by')
    table.text('name').notNullable()
    table.text('locale').notNullable()
    table.text('time_zone').notNullable()
    table.text('status').notNullable()
    table.text('password_hash').comment('argon2id (PHC) or an imported bcrypt; null: signs in elsewhere')
    table.timestamp('password_changed_at', time)
    table.timestamp('email_verified_at', time)
    table.text('totp_secret').comment('sealed; in force once totp_enabled_at is set')
    table.timestamp('totp_enabled_at', time)
    table.bigint('totp_last_step').comment('a code works once')
    table.timestamp('created_at', time).notNullable()
    table.timestamp('updated_at', time).notNullable()
    table.timestamp('last_login_at', time)
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'email_norm'], { indexName: 'user_email' })
    table.check("status in ('active', 'disabled')", [], 'user_status_known')
  })
  await enginePolicy(knex, 'accounts.user', ['select'])
}

async function secrets(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.recovery_code', (table) => {
    table.uuid('user_id').notNullable()
    table.binary('hash').notNullable().comment('SHA-256')
    table.timestamp('used_at', time)
    tenantKey(table, 'user_id', 'hash')
    ofUser(table)
  })
  await tenantTable(knex, 'accounts.external_identity', (table) => {
    table.uuid('id').notNullable()
    table.text('issuer').notNullable()
    table.text('subject').notNullable()
    table.uuid('user_id').notNullable()
    table.text('provider').notNullable()
    table.text('email')
    table.timestamp('created_at', time).notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'issuer', 'subject'], { indexName: 'external_identity_subject' })
    table.index(['tenant_id', 'user_id'], 'external_identity_user')
    ofUser(table)
  })
  await tenantTable(knex, 'accounts.one_time_token', (table) => {
    table.uuid('id').notNullable()
    table.text('kind').notNullable()
    table.binary('hash').notNullable().comment('SHA-256')
    table.uuid('user_id')
    table.text('data').comment('sealed JSON')
    table.integer('attempts').notNullable().defaultTo(0)
    table.timestamp('created_at', time).notNullable()
    table.timestamp('expires_at', time).notNullable()
    table.timestamp('used_at', time)
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'hash'], { indexName: 'one_time_token_hash' })
    table.index(['tenant_id', 'user_id', 'kind'], 'one_time_token_user')
    table.index(['tenant_id', 'expires_at'], 'one_time_token_expiry')
    table.check(
      "kind in ('verify-email', 'reset-password', 'second-factor', 'sign-in')",
      [],
      'one_time_token_kind_known',
    )
    ofUser(table)
  })
}

async function session(knex: Knex): Promise<void> {
  await tenantTable(knex, 'accounts.session', (table) => {
    table.uuid('id').notNullable()
    table.uuid('user_id').notNullable()
    table.uuid('tenant').notNullable().comment('the tenant that the person works in now')
    table.text('method').notNullable()
    table.boolean('second_factor').notNullable()
    table.text('ip').notNullable()
    table.text('user_agent').notNullable()
    table.text('support_role').comment('a SUPER_ADMIN visits: with these rights')
    table.timestamp('support_until', time)
    table.timestamp('created_at', time).notNullable()
    table.timestamp('used_at', time).notNullable()
    table.timestamp('expires_at', time).notNullable()
    table.timestamp('revoked_at', time)
    table.text('revoked_for')
    tenantKey(table, 'id')
    table.index(['tenant_id', 'user_id'], 'session_user')
    ofUser(table)
  })
  await enginePolicy(knex, 'accounts.session', ['select', 'update'])
  await tenantTable(knex, 'accounts.refresh_token', (table) => {
    table.uuid('id').notNullable()
    table.binary('hash').notNullable().comment('SHA-256')
    table.uuid('session_id').notNullable()
    table.timestamp('created_at', time).notNullable()
    table.timestamp('expires_at', time).notNullable()
    table.timestamp('used_at', time)
    tenantKey(table, 'hash')
    table.index(['tenant_id', 'session_id'], 'refresh_token_session')
    table
      .foreign(['tenant_id', 'session_id'])
      .references(['tenant_id', 'id'])
      .inTable('accounts.session')
      .onDelete('CASCADE')
  })
}
