import { tenantKey, tenantTable } from '@parley/core'
import type { Knex } from 'knex'

/**
 * A thread is one person on one connection; its row is the lock of everything in it. A conversation is a stretch of the
 * thread that somebody works on. Messages count up within the thread (`seq`); every change of a message or a conversation
 * raises the thread's `revision`. No foreign keys between these three: they are written together under the thread's lock,
 * and a check for each of a thousand messages a second would buy nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await thread(knex)
  await conversation(knex)
  await message(knex)
  await attachment(knex)
  await earlyChange(knex)
  await changeMarks(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['early_change', 'attachment', 'message', 'conversation', 'thread'])
    await knex.schema.withSchema('inbox').dropTable(table)
  await knex.raw('drop function inbox.mark_change()')
}

/** Some rows, changed with every message: cleaned long before a fifth of them is dead. */
const OFTEN_CHANGED = 'autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05'

const time = (table: Knex.CreateTableBuilder, name: string) => table.timestamp(name, { useTz: true })

async function thread(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.thread', (table) => {
    table.uuid('id').notNullable()
    table.uuid('connection_id').notNullable()
    table.text('channel').notNullable()
    table.text('identity_key').notNullable()
    table.jsonb('address').notNullable()
    table.uuid('contact_id').notNullable()
    table.integer('next_seq').notNullable().defaultTo(1)
    table.integer('revision').notNullable().defaultTo(0)
    table.uuid('conversation_id')
    table.text('window_opener')
    time(table, 'window_expires_at')
    table.jsonb('consent').notNullable().defaultTo('{}')
    table.integer('auto_count').notNullable().defaultTo(0)
    time(table, 'auto_since')
    time(table, 'away_at')
    time(table, 'created_at').notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'connection_id', 'identity_key'], { indexName: 'thread_lane' })
    table.index(['tenant_id', 'contact_id'], 'thread_contact')
    table.check("window_opener in ('message', 'referral')")
  })
  await knex.raw(`alter table inbox.thread set (fillfactor = 50, ${OFTEN_CHANGED})`)
}

async function conversation(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.conversation', (table) => {
    table.uuid('id').notNullable()
    table.uuid('thread_id').notNullable()
    table.uuid('connection_id').notNullable()
    table.text('channel').notNullable()
    table.uuid('contact_id').notNullable()
    table.text('status').notNullable()
    time(table, 'snoozed_until')
    table.text('assignee_id')
    table.text('holder').notNullable().defaultTo('none')
    table.integer('fence').notNullable().defaultTo(0)
    table.integer('unread_count').notNullable().defaultTo(0)
    table.jsonb('last_message')
    time(table, 'last_message_at').notNullable()
    time(table, 'opened_at').notNullable()
    time(table, 'resolved_at')
    table.bigInteger('changed_xid').notNullable()
    tenantKey(table, 'id')
    table.check("status in ('open', 'pending', 'snoozed', 'resolved')")
    table.check("holder in ('none', 'bot', 'human')")
  })
  await knex.raw(`alter table inbox.conversation set (fillfactor = 70, ${OFTEN_CHANGED})`)
  await knex.raw(
    'create index conversation_list on inbox.conversation (tenant_id, status, last_message_at desc, id desc)',
  )
  await knex.raw(
    `create index conversation_assignee on inbox.conversation (tenant_id, assignee_id, status, last_message_at desc, id desc)
     where assignee_id is not null`,
  )
  await knex.raw('create index conversation_contact on inbox.conversation (tenant_id, contact_id)')
  await knex.raw('create index conversation_feed on inbox.conversation (tenant_id, changed_xid, id)')
  await knex.raw(
    "create index conversation_snoozed on inbox.conversation (tenant_id, snoozed_until) where status = 'snoozed'",
  )
}

async function message(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.message', (table) => {
    table.uuid('id').notNullable()
    table.uuid('thread_id').notNullable()
    table.uuid('conversation_id').notNullable()
    table.uuid('connection_id').notNullable()
    table.integer('seq').notNullable()
    table.integer('revision').notNullable()
    table.text('direction').notNullable()
    table.text('kind').notNullable()
    table.boolean('private').notNullable().defaultTo(false)
    table.jsonb('content').notNullable()
    table.text('text').notNullable()
    table.text('status').notNullable()
    table.text('external_id')
    table.uuid('reply_to')
    table.text('reply_to_external')
    table.jsonb('author')
    table.jsonb('error')
    table.jsonb('reactions')
    table.jsonb('history')
    table.jsonb('extra')
    time(table, 'occurred_at').notNullable()
    time(table, 'created_at').notNullable()
    tenantKey(table, 'id')
    table.unique(['tenant_id', 'conversation_id', 'seq'], { indexName: 'message_conversation' })
    table.index(['tenant_id', 'thread_id', 'revision'], 'message_thread')
    table.check("direction in ('in', 'out')")
  })
  await knex.raw(
    `create unique index message_external on inbox.message (tenant_id, connection_id, external_id)
     where external_id is not null`,
  )
}

async function attachment(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.attachment', (table) => {
    table.uuid('id').notNullable()
    table.uuid('message_id').notNullable()
    table.text('state').notNullable()
    table.jsonb('media').notNullable()
    table.text('object_key')
    table.text('detail')
    time(table, 'created_at').notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'message_id'], 'attachment_message')
    table.check("state in ('pending', 'stored', 'gone', 'too-large', 'failed', 'deleted')")
  })
}

/** News about a message that is not here yet: a status before its send was recorded, a reaction before its target. */
async function earlyChange(knex: Knex): Promise<void> {
  await tenantTable(knex, 'inbox.early_change', (table) => {
    table.uuid('id').notNullable()
    table.uuid('connection_id').notNullable()
    table.text('external_id').notNullable()
    table.jsonb('change').notNullable()
    time(table, 'created_at').notNullable()
    tenantKey(table, 'id')
    table.index(['tenant_id', 'connection_id', 'external_id'], 'early_change_target')
    table.index(['tenant_id', 'created_at'], 'early_change_age')
  })
}

/**
 * `changed_xid` is the transaction that last changed the row. Everything below the oldest running transaction is settled,
 * which gives the feed a cursor that no late commit can slip behind, without a counter that all writers would queue for.
 * It stands on the conversation, which is written anew with every message anyway; a thread's row stays in its place.
 */
async function changeMarks(knex: Knex): Promise<void> {
  await knex.raw(
    `create function inbox.mark_change() returns trigger language plpgsql as $$
     begin
       new.changed_xid := pg_current_xact_id()::text::bigint;
       return new;
     end $$`,
  )
  await knex.raw(
    `create trigger mark_change before insert or update on inbox.conversation
     for each row execute function inbox.mark_change()`,
  )
}
