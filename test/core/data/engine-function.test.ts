import { expect } from 'chai'
import createKnex, { type Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { engineFunction } from '../../../core/data/engine-function.ts'
import { qualifiedName, schemaOf } from '../../../core/data/qualified-name.ts'
import { enginePolicy } from '../../../core/data/tenant-table.ts'
import { withTenant } from '../../../core/data/transaction.ts'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

describe('an engine function', () => {
  const tenants = [uuidv7(), uuidv7()]
  let db: TestDatabase
  let admin: Knex

  before(async () => {
    const directory = new URL('./fixtures/notes/', import.meta.url)
    db = await createTestDatabase({ sources: [{ id: 'notes', directory }] })
    admin = createKnex({ client: 'pg', connection: db.adminUrl, pool: { min: 0, max: 1 } })
    for (const tenant of tenants) {
      await withTenant(db.knex, tenant, (trx) =>
        trx('notes.note').insert({ tenant_id: tenant, id: uuidv7(), text: 'x', labels: '{"a":1}' }),
      )
    }
    await make(
      `create function notes.count_all() returns bigint language sql stable as $$ select count(*) from notes.note $$`,
    )
  })

  after(async () => {
    await admin.destroy()
    await db.drop()
  })

  const make = (sql: string) => admin.transaction((trx) => engineFunction(trx, sql))
  const countAll = async () => (await db.knex.raw('select notes.count_all() as n')).rows[0].n

  it('sees nothing of a table that gives it no access, and every tenant of one that does', async () => {
    expect(String(await countAll().catch((error: unknown) => error))).to.include('permission denied')
    await enginePolicy(admin, 'notes.note', ['select'])
    expect(await countAll()).to.equal('2')
  })

  it('may do to a table only what was granted', async () => {
    await make(`create function notes.wipe() returns void language sql as $$ delete from notes.note $$`)
    expect(String(await run('select notes.wipe()'))).to.include('permission denied')
  })

  it('cannot be replaced, owned or opened to others by the application', async () => {
    expect(
      String(
        await run('create or replace function notes.count_all() returns bigint language sql as $$ select 1::bigint $$'),
      ),
    ).to.include('permission denied')
    expect(String(await run('alter function notes.count_all() owner to parley_app'))).to.include('must be owner')
  })

  it('does not look where its caller says', async () => {
    await make(
      `create function notes.path() returns text language sql stable as $$ select current_setting('search_path') $$`,
    )
    const rows = await db.knex.transaction(async (trx) => {
      await trx.raw('set local search_path = public')
      return (await trx.raw('select notes.path() as path')).rows
    })
    expect(rows[0].path).to.equal('pg_catalog, notes, pg_temp')
  })

  it('may use the question-mark operators of jsonb', async () => {
    await make(
      `create function notes.labelled() returns bigint language sql stable as $$ select count(*) from notes.note where labels ? 'a' $$`,
    )
    expect((await db.knex.raw('select notes.labelled() as n')).rows[0].n).to.equal('2')
  })

  it('is refused when the statement makes no function with a schema', async () => {
    for (const sql of ['select 1', 'create function loose() returns int language sql as $$ select 1 $$']) {
      const error = await make(sql).catch((caught: unknown) => caught)
      expect(error).to.have.property('code', 'schema.function')
    }
  })

  async function run(sql: string): Promise<unknown> {
    return db.knex.raw(sql).catch((error: unknown) => error)
  }
})

describe('a qualified name', () => {
  it('is schema.name in lower case', () => {
    expect(qualifiedName('inbox.message').sql).to.equal('"inbox"."message"')
    for (const wrong of ['message', 'a.b.c', 'Inbox.message', 'a."b"', 'a.b; drop', '']) {
      expect(() => qualifiedName(wrong), wrong)
        .to.throw(ParleyError)
        .with.property('code', 'schema.name')
    }
    expect(schemaOf('web-chat-pro')).to.equal('web_chat_pro')
  })
})
