import { readFile } from 'node:fs/promises'
import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { appRole, enginePolicyName, engineRole, tenantPolicy } from '../core/data/roles.ts'
import { currentTenant } from '../core/data/tenant-setting.ts'

const folder = new URL('../core/events/sql/', import.meta.url)

const tenantTables = ['log', 'ingest_dedupe', 'webhook_log', 'lane', 'parked', 'dead']
const otherTables = ['topic', 'log_head', 'log_segment', 'cursor', 'member', 'lease', 'done']
const functionFiles = ['append', 'read', 'cursors', 'lanes', 'streams', 'leases', 'dead', 'replay', 'retention']

/**
 * The event log and what consumers keep. The application has no right to any of these tables; it calls the functions,
 * which run as the engine role. The log belongs to that role, because it opens and drops its segments itself; they lie
 * in a schema of their own, the only one it may create tables in.
 */
export async function up(knex: Knex): Promise<void> {
  for (const statement of split(await read('tables'), ';\n')) await knex.raw(statement)
  await knex.raw(`create schema parley_log`)
  await knex.raw(`grant usage, create on schema parley_log to ${engineRole}`)
  for (const table of tenantTables) await isolate(knex, table)
  for (const table of [...tenantTables, ...otherTables]) {
    await knex.raw(`grant select, insert, update, delete on parley.${table} to ${engineRole}`)
  }
  await knex.raw(`grant usage, create on schema parley to ${engineRole}`)
  await knex.raw(`alter table parley.log owner to ${engineRole}`)
  await knex.raw(`revoke create on schema parley from ${engineRole}`)
  for (const file of functionFiles) {
    for (const statement of split(await read(file), '\n----\n')) await engineFunction(knex, statement)
  }
  await knex.raw(`select parley.segment_roll('epoch', 'epoch')`)
}

/** Both policies, and no grants: a tenant's rows here are nobody's business but the engine's. */
async function isolate(knex: Knex, table: string): Promise<void> {
  const own = `tenant_id = ${currentTenant}`
  await knex.raw(`alter table parley.${table} enable row level security`)
  await knex.raw(`alter table parley.${table} force row level security`)
  await knex.raw(`create policy ${tenantPolicy} on parley.${table} to ${appRole} using (${own}) with check (${own})`)
  await knex.raw(`create policy ${enginePolicyName} on parley.${table} to ${engineRole} using (true) with check (true)`)
}

async function read(name: string): Promise<string> {
  return readFile(new URL(`${name}.sql`, folder), 'utf8')
}

function split(text: string, separator: string): string[] {
  return text.split(separator).map((part) => part.trim())
}

export async function down(knex: Knex): Promise<void> {
  for (const file of functionFiles.toReversed()) {
    const names = [...(await read(file)).matchAll(/create function (parley\.\w+)/g)].map((match) => match[1])
    for (const name of names.toReversed()) await knex.raw(`drop function ${name}`)
  }
  await knex.raw('drop table parley.parked, parley.lane, parley.dead, parley.done, parley.lease, parley.member')
  await knex.raw('drop table parley.cursor, parley.webhook_log, parley.ingest_dedupe, parley.log, parley.log_segment')
  await knex.raw('drop table parley.log_head, parley.topic')
  await knex.raw('drop schema parley_log')
}
