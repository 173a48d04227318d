import { engineFunction, enginePolicy, tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * A contact is a person; an identity is one way this person is known, and belongs to exactly one contact. A merge moves
 * identities and remembers what it moved.
 */
export async function up(knex: Knex): Promise<void> {
  await contact(knex)
  await identity(knex)
  await merge(knex)
  await suggestion(knex)
  await search(knex)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function contacts.search_contacts(text, int)')
  for (const table of ['merge_suggestion', 'merge', 'identity', 'contact']) {
    await knex.schema.withSchema('contacts').dropTable(table)
  }
}

async function contact(knex: Knex): Promise<void> {
  await tenantTable(knex, 'contacts.contact', (table) => {
    table.uuid('id').notNullable()
    table.text('name').notNullable().defaultTo('')
    table.text('username')
    table.jsonb('attributes').notNullable().defaultTo('{}')
    table.boolean('blocked').notNullable().defaultTo(false)
    table.uuid('merged_into')
    table.specificType('search', 'tsvector').notNullable()
    table.timestamp('created_at', { useTz: true }).notNullable()
    table.timestamp('updated_at', { useTz: true }).notNullable()
    tenantKey(table, 'id')
    table.foreign(['tenant_id', 'merged_into']).references(['tenant_id', 'id']).inTable('contacts.contact')
    table.index(['tenant_id', 'merged_into'], 'contact_merged_into', { predicate: knex.whereNotNull('merged_into') })
  })
}

async function identity(knex: Knex): Promise<void> {
  await tenantTable(knex, 'contacts.identity', (table) => {
    table.text('kind').notNullable()
    table.text('scope').notNullable()
    table.text('value').notNullable()
    table.uuid('contact_id').notNullable()
    table.timestamp('created_at', { useTz: true }).notNullable()
    tenantKey(table, 'kind', 'scope', 'value')
    table.foreign(['tenant_id', 'contact_id']).references(['tenant_id', 'id']).inTable('contacts.contact')
    table.index(['tenant_id', 'contact_id'], 'identity_contact')
  })
}

async function merge(knex: Knex): Promise<void> {
  await tenantTable(knex, 'contacts.merge', (table) => {
    table.uuid('id').notNullable()
    table.uuid('source_id').notNullable()
    table.uuid('target_id').notNullable()
    table.jsonb('moved').notNullable()
    table.jsonb('taken').notNullable()
    table.text('merged_by').notNullable()
    table.timestamp('merged_at', { useTz: true }).notNullable()
    table.text('undone_by')
    table.timestamp('undone_at', { useTz: true })
    tenantKey(table, 'id')
    table.foreign(['tenant_id', 'source_id']).references(['tenant_id', 'id']).inTable('contacts.contact')
    table.foreign(['tenant_id', 'target_id']).references(['tenant_id', 'id']).inTable('contacts.contact')
    table.index(['tenant_id', 'source_id'], 'merge_source')
    table.index(['tenant_id', 'target_id'], 'merge_target')
  })
}

async function suggestion(knex: Knex): Promise<void> {
  await tenantTable(knex, 'contacts.merge_suggestion', (table) => {
    table.uuid('id').notNullable()
    table.uuid('first_id').notNullable()
    table.uuid('second_id').notNullable()
    table.text('reason').notNullable()
    table.text('status').notNullable().defaultTo('open')
    table.timestamp('created_at', { useTz: true }).notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'first_id', 'second_id'], { indexName: 'merge_suggestion_pair' })
    table.foreign(['tenant_id', 'first_id']).references(['tenant_id', 'id']).inTable('contacts.contact')
    table.foreign(['tenant_id', 'second_id']).references(['tenant_id', 'id']).inTable('contacts.contact')
    table.index(['tenant_id', 'second_id'], 'merge_suggestion_second')
    table.index(['tenant_id', 'status', 'id'], 'merge_suggestion_status')
    table.check("reason in ('shared-identity', 'shared-phone', 'shared-email')")
    table.check("status in ('open', 'accepted', 'dismissed')")
  })
}

/**
 * `@@` is not leakproof, so under row-level security it could not use the index. The function reads for every tenant and
 * filters by the transaction's own; each document also carries its tenant's mark, which keeps the index scan to the tenant.
 * Materialised, or the planner would rather walk the primary key backwards in the hope of an early match.
 */
async function search(knex: Knex): Promise<void> {
  await knex.raw('create index contact_search on contacts.contact using gin (search)')
  await enginePolicy(knex, 'contacts.contact', ['select'])
  await engineFunction(
    knex,
    `create function contacts.search_contacts(query text, most int) returns setof uuid language sql stable as $$
       with found as materialized (
         select id, tenant_id, merged_into from contacts.contact where search @@ query::tsquery
       )
       select id from found
       where tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and merged_into is null
       order by id desc limit most
     $$`,
  )
}
