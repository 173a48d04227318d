import type { Knex } from 'knex'
import { engineFunction } from '../core/data/engine-function.ts'
import { appRole } from '../core/data/roles.ts'
import { enginePolicy, tenantKey, tenantTable } from '../core/data/tenant-table.ts'

/**
 * The audit log: one chain of records for each tenant, and one of the platform's under the nil UUID. The application reads
 * its tenant's rows and writes through `record_audit` only; nobody but the owner of the tables may change a record.
 *
 *     hash(n) = sha256(hash(n - 1) ‖ "<chain>:<n>:<body>")       hash(0) = 32 zero bytes
 *
 * A body holds references and no personal data. What may be personal (values before and after, reasons, addresses) is a
 * detail in a row of its own: the body carries its salted digest, so that a detail can be erased and the chain still holds.
 */
export async function up(knex: Knex): Promise<void> {
  await records(knex)
  await heads(knex)
  await writing(knex)
  await reading(knex)
}

const CHAIN = `create function parley.record_audit(p_chain uuid, p_body text, p_salt bytea, p_detail text)
     returns bigint language plpgsql as $$
     declare
       v_seq bigint;
       v_hash bytea;
     begin
       loop
         -- The lock on the head puts the writers of one chain in a row, until each has committed.
         update parley.audit_head h
            set seq = h.seq + 1,
                hash = sha256(h.hash || convert_to(p_chain::text || ':' || (h.seq + 1)::text || ':' || p_body, 'UTF8'))
          where h.chain = p_chain
         returning h.seq, h.hash into v_seq, v_hash;
         exit when found;
         insert into parley.audit_head (chain, seq, hash) values (p_chain, 0, decode(repeat('00', 32), 'hex'))
           on conflict (chain) do nothing;
       end loop;
       insert into parley.audit_record (tenant_id, seq, body, hash) values (p_chain, v_seq, p_body, v_hash);
       if p_detail is not null then
         insert into parley.audit_detail (tenant_id, seq, salt, detail) values (p_chain, v_seq, p_salt, p_detail);
       end if;
       return v_seq;
     end $$`

/** A column that repeats a part of the body for searching: generated, so that it cannot say something else. */
const repeated = (name: string, path: string) =>
  `${name} text collate "C" not null generated always as (body::jsonb #>> '{${path}}') stored`

async function records(knex: Knex): Promise<void> {
  await tenantTable(knex, 'parley.audit_record', (table) => {
    table.bigInteger('seq').notNullable()
    table.text('body').notNullable().comment('canonical JSON (RFC 8785)')
    table.binary('hash').notNullable()
    tenantKey(table, 'seq')
    table.check('octet_length(hash) = 32', [], 'audit_record_hash_length')
  })
  for (const [name, path] of [
    ['at', 'at'],
    ['of_tenant', 'tenant'],
    ['kind', 'kind'],
    ['action', 'action'],
    ['actor_kind', 'actor,kind'],
    ['actor_id', 'actor,id'],
    ['target_kind', 'target,kind'],
    ['target_id', 'target,id'],
  ] as const) {
    await knex.raw(`alter table parley.audit_record add column ${repeated(name, path)}`)
  }
  for (const columns of ['action, seq', 'actor_id, seq', 'target_kind, target_id, seq', 'at, seq']) {
    await knex.raw(`create index on parley.audit_record (tenant_id, ${columns})`)
  }
  await tenantTable(knex, 'parley.audit_detail', (table) => {
    table.bigInteger('seq').notNullable()
    table.binary('salt').notNullable()
    table.text('detail').notNullable().comment('canonical JSON; the body of the record holds sha256(salt ‖ detail)')
    tenantKey(table, 'seq')
  })
  await knex.raw(`revoke insert, update, delete on parley.audit_record, parley.audit_detail from ${appRole}`)
  await enginePolicy(knex, 'parley.audit_record', ['select', 'insert'])
  await enginePolicy(knex, 'parley.audit_detail', ['select', 'insert', 'delete'])
}

/** Where each chain ends: a record that is cut off its end is missed here. */
async function heads(knex: Knex): Promise<void> {
  await knex.schema.withSchema('parley').createTable('audit_head', (table) => {
    table.uuid('chain').primary()
    table.bigInteger('seq').notNullable()
    table.binary('hash').notNullable()
  })
  await knex.raw('grant select, insert, update on parley.audit_head to parley_engine')
}

async function writing(knex: Knex): Promise<void> {
  await engineFunction(knex, CHAIN)
  // Which details went is itself recorded, by the caller, in the same transaction.
  await engineFunction(
    knex,
    `create function parley.erase_audit_details(p_chain uuid, p_tenant uuid, p_subject text)
       returns bigint[] language sql as $$
       with gone as (
         delete from parley.audit_detail d using parley.audit_record r
          where d.tenant_id = p_chain and r.tenant_id = p_chain and r.seq = d.seq and r.of_tenant = p_tenant::text
            and (r.actor_id = p_subject or r.target_id = p_subject)
         returning d.seq)
       select coalesce(array_agg(g.seq order by g.seq), '{}') from gone g
     $$`,
  )
}

async function reading(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function parley.audit_heads(p_after uuid, p_most integer)
       returns table (chain uuid, seq bigint, hash bytea) language sql stable as $$
       select c.chain, h.seq, h.hash
         from (select t.id as chain from parley.tenant t
               union select a.chain from parley.audit_head a
               union select '00000000-0000-0000-0000-000000000000'::uuid) c
         left join parley.audit_head h on h.chain = c.chain
        where p_after is null or c.chain > p_after
        order by c.chain limit p_most
     $$`,
  )
  await engineFunction(
    knex,
    `create function parley.audit_head_of(p_chain uuid) returns table (seq bigint, hash bytea) language sql stable as $$
       select h.seq, h.hash from parley.audit_head h where h.chain = p_chain
     $$`,
  )
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop function parley.record_audit(uuid, text, bytea, text)')
  await knex.raw('drop function parley.erase_audit_details(uuid, uuid, text)')
  await knex.raw('drop function parley.audit_heads(uuid, integer)')
  await knex.raw('drop function parley.audit_head_of(uuid)')
  for (const table of ['audit_detail', 'audit_record', 'audit_head']) {
    await knex.schema.withSchema('parley').dropTable(table)
  }
}
