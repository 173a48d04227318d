import { engineFunction, enginePolicy, tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * Words of messages, in a table of their own: a message's row changes with every status, and each change would index its
 * words again. `@@` is not leakproof and could not use the index under row-level security, so the search is a function
 * that reads for every tenant and filters by the transaction's own; each document carries its tenant's mark, which keeps
 * the index scan to the tenant.
 */
export async function up(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.message_search', (table) => {
    table.uuid('message_id').notNullable()
    table.uuid('conversation_id').notNullable()
    table.timestamp('at', { useTz: true }).notNullable()
    table.specificType('words', 'tsvector').notNullable()
    tenantKey(table, 'message_id')
  })
  await knex.raw('create index message_words on inbox.message_search using gin (words)')
  await enginePolicy(knex, 'inbox.message_search', ['select'])
  await engineFunction(
    knex,
    `create function inbox.search_messages(query text, newest int, most int)
     returns table (conversation_id uuid, at timestamptz) language sql stable as $$
       select found.conversation_id, max(found.at) as at
       from (
         select s.conversation_id, s.at from inbox.message_search s
         where s.words @@ query::tsquery
           and s.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
         order by s.at desc limit newest
       ) found
       group by found.conversation_id order by max(found.at) desc limit most
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function inbox.search_messages(text, int, int)')
  await knex.schema.withSchema('inbox').dropTable('message_search')
}
