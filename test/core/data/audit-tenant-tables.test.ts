import { expect } from 'chai'
import createKnex, { type Knex } from 'knex'
import { auditTenantTables } from '../../../core/data/audit-tenant-tables.ts'
import { tenantKey, tenantTable } from '../../../core/data/tenant-table.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

describe('the audit of tenant tables', () => {
  let db: TestDatabase
  let admin: Knex

  before(async () => {
    const directory = new URL('./fixtures/notes/', import.meta.url)
    db = await createTestDatabase({ sources: [{ id: 'notes', directory }] })
    admin = createKnex({ client: 'pg', connection: db.adminUrl, pool: { min: 0, max: 1 } })
  })

  after(async () => {
    await admin.destroy()
    await db.drop()
  })

  it("finds nothing wrong with the kernel's tables and a table made by tenantTable", async () => {
    expect(await auditTenantTables(admin)).to.deep.equal([])
  })

  const defects: [what: string, sql: string, rule: string][] = [
    ['no row-level security', 'alter table notes.note disable row level security', 'is not enabled'],
    ['an owner let through', 'alter table notes.note no force row level security', 'is not forced'],
    ['no policy', 'drop policy tenant_isolation on notes.note', 'has no policy'],
    [
      'a policy that lets everything through',
      'drop policy tenant_isolation on notes.note; create policy tenant_isolation on notes.note to parley_app using (true) with check (true)',
      'of the agreed form',
    ],
    [
      'a policy without a check of what is written',
      `drop policy tenant_isolation on notes.note; create policy tenant_isolation on notes.note to parley_app
         using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (true)`,
      'of the agreed form',
    ],
    [
      'a second policy for everybody',
      'create policy more on notes.note for select using (true)',
      'policy more is open',
    ],
    ['a table given to the application', 'alter table notes.note owner to parley_app', 'is owned by'],
    ['TRUNCATE', 'grant truncate on notes.note to parley_app', 'may TRUNCATE'],
    ['a key across tenants', 'create unique index note_text on notes.note (text)', 'unique key of notes.note'],
    [
      'an index that does not lead with the tenant',
      'create index note_text on notes.note (text)',
      'index of notes.note',
    ],
    ['an index on an expression', 'create index note_text on notes.note (lower(text))', 'does not lead with tenant_id'],
    [
      'a tenant that may be missing',
      'create table notes.loose (tenant_id uuid); grant select on notes.loose to parley_app',
      'NOT NULL',
    ],
    [
      'a foreign key without the tenant',
      `create table notes.link (tenant_id uuid not null, note uuid, other uuid);
       alter table notes.note add column plain uuid;
       create unique index plain_key on notes.note (plain);
       comment on index notes.plain_key is 'cross-tenant: made for this test';
       alter table notes.link add foreign key (note) references notes.note (plain);
       grant select on notes.link to parley_app`,
      'lacks tenant_id',
    ],
    [
      'a view that runs as its owner',
      'create view notes.all_notes as select * from notes.note; grant select on notes.all_notes to parley_app',
      'security_invoker',
    ],
    [
      'a materialized view',
      'create materialized view notes.all_notes as select * from notes.note; grant select on notes.all_notes to parley_app',
      'materialized',
    ],
    [
      'a function with the rights of a superuser',
      `create function notes.peek() returns bigint language sql security definer as 'select count(*) from notes.note'`,
      'runs with the rights of',
    ],
    [
      'a function open to everybody',
      `create function notes.peek() returns bigint language sql security definer as 'select count(*) from notes.note'`,
      'may be called by everybody',
    ],
    [
      'a function without a search path',
      `create function notes.peek() returns bigint language sql security definer as 'select count(*) from notes.note'`,
      'no search path',
    ],
    ['an application that steps over row-level security', 'alter role parley_app bypassrls', 'bypasses'],
    ['an application that is a superuser', 'alter role parley_app superuser', 'is a superuser'],
    ['an application that is a member of the engine', 'grant parley_engine to parley_app', 'is a member of'],
    ['an engine that can log in', 'alter role parley_engine login', 'can log in'],
  ]

  for (const [what, sql, rule] of defects) {
    it(`finds ${what}`, async () => {
      const found = await withDefect(sql)
      expect(found.map((one) => `${one.object} ${one.rule}`).join('\n')).to.include(rule)
    })
  }

  it('finds a partition of a tenant table that the application can reach past the policy of its parent', async () => {
    const found = await withDefect(async (trx) => {
      await trx.raw(`create table notes.big (tenant_id uuid not null, seg int, primary key (tenant_id, seg)) partition by list (seg);
        create table notes.big_1 partition of notes.big for values in (1); grant select on notes.big_1 to parley_app`)
    })
    expect(found.map((one) => one.object)).to.include('notes.big_1')
  })

  it('accepts a key across tenants that says why it is one', async () => {
    const found = await withDefect(`create unique index note_text on notes.note (text);
      comment on index notes.note_text is 'cross-tenant: routes a webhook to its tenant'`)
    expect(found).to.deep.equal([])
  })

  it('accepts another table made by tenantTable', async () => {
    const found = await withDefect((trx) =>
      tenantTable(trx, 'notes.extra', (table) => {
        table.uuid('id')
        tenantKey(table, 'id')
      }),
    )
    expect(found).to.deep.equal([])
  })

  /** Seeds a defect in a transaction, audits inside it, and takes it back. */
  async function withDefect(seed: string | ((trx: Knex.Transaction) => Promise<void>)) {
    const trx = await admin.transaction()
    try {
      if (typeof seed === 'string') await trx.raw(seed)
      else await seed(trx)
      return await auditTenantTables(trx)
    } finally {
      await trx.rollback()
    }
  }
})
