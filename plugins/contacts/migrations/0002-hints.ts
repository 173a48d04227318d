import { enginePolicy, tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * What people say about themselves (a phone number, an address in a form), so that somebody who is known by it elsewhere is
 * found. Expressions over a contact's attributes could not use an index under row-level security.
 */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'contacts.hint', (table) => {
    table.text('kind').notNullable()
    table.text('value').notNullable()
    table.uuid('contact_id').notNullable()
    tenantKey(table, 'kind', 'value', 'contact_id')
    table.index(['tenant_id', 'contact_id'], 'hint_contact')
    table.check("kind in ('phone', 'email')")
  })
  await enginePolicy(knex, 'contacts.hint', ['insert'])
  await knex.raw('set local role parley_engine')
  await knex.raw(
    `insert into contacts.hint (tenant_id, kind, value, contact_id)
     select tenant_id, 'email', lower(btrim(attributes->>'email')), id from contacts.contact
     where coalesce(btrim(attributes->>'email'), '') <> ''
     union
     select tenant_id, 'phone', regexp_replace(attributes->>'phone', '[^\\d+]', '', 'g'), id from contacts.contact
     where coalesce(attributes->>'phone', '') ~ '\\d'`,
  )
  await knex.raw('reset role')
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.withSchema('contacts').dropTable('hint')
}
