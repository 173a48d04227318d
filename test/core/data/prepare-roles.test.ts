import { expect } from 'chai'
import pg from 'pg'
import { auditTenantTables } from '../../../core/data/audit-tenant-tables.ts'
import { migrate } from '../../../core/data/migrate.ts'
import { openPool } from '../../../core/data/pool.ts'
import { applicationUrl, prepareRoles } from '../../../core/data/prepare-roles.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'
import { startOwnServer } from './own-server.ts'

describe('preparing the roles', () => {
  // Roles belong to the whole server, so these tests have one of their own.
  let server: Awaited<ReturnType<typeof startOwnServer>>

  beforeEach(async () => {
    server = await startOwnServer()
  })

  afterEach(() => server.remove())

  it('makes an application role that can log in and do nothing else', async () => {
    const { appUrl } = await prepareRoles(server.adminUrl)
    const rows = await ask(
      appUrl,
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit,
      pg_has_role(oid, 'parley_engine', 'MEMBER') as engine from pg_roles where rolname = current_user`,
    )
    expect(rows).to.deep.equal([
      {
        rolname: 'parley_app',
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolinherit: false,
        engine: false,
      },
    ])
    expect(await code(ask(appUrl, 'create table public.x (n int)'))).to.equal('42501')
    expect(await code(ask(appUrl, 'create temporary table x (n int)'))).to.equal('42501')
    expect(await code(ask(appUrl, `select set_config('app.tenant_id', 'x', false)`))).to.equal('42501')
    expect(await code(ask(appUrl, 'set role parley_engine'))).to.equal('42501')
  })

  it('gives every process the same URL, also at the same time', async () => {
    const urls = await Promise.all([1, 2, 3, 4].map(() => prepareRoles(server.adminUrl)))
    expect(new Set(urls.map((one) => one.appUrl)).size).to.equal(1)
    expect(new Set(urls.map((one) => one.appUrl))).to.include(applicationUrl(server.adminUrl))
  })

  it('prepares several databases of one server at the same time', async () => {
    await ask(server.adminUrl, 'create database second')
    const other = new URL(server.adminUrl)
    other.pathname = '/second'
    const results = await Promise.all([server.adminUrl, other.href, server.adminUrl, other.href].map(prepareRoles))
    expect(results).to.have.length(4)
  })

  it("follows a change of the owner's password", async () => {
    await prepareRoles(server.adminUrl)
    const changed = new URL(server.adminUrl)
    await ask(server.adminUrl, `alter role ${changed.username} password 'changed'`)
    changed.password = 'changed'
    const { appUrl } = await prepareRoles(changed.href)
    expect(await ask(appUrl, 'select 1 as n')).to.deep.equal([{ n: 1 }])
  })

  it('refuses an application role that could step over row-level security', async () => {
    await prepareRoles(server.adminUrl)
    await ask(server.adminUrl, 'alter role parley_app bypassrls')
    expect(await code(prepareRoles(server.adminUrl))).to.equal('database.roles')
    await ask(server.adminUrl, 'alter role parley_app nobypassrls')
    await ask(server.adminUrl, 'grant parley_engine to parley_app')
    expect(await code(prepareRoles(server.adminUrl))).to.equal('database.roles')
  })

  it('works with an owner who is no superuser but may create roles, as on managed databases', async () => {
    const owner = await ownedDatabase('createrole')
    const { appUrl } = await prepareRoles(owner)
    const directory = new URL('./fixtures/notes/', import.meta.url)
    const report = await migrate({ adminUrl: owner, sources: [{ id: 'notes', directory }], log: silentLogger })
    expect(report.sources.map((one) => one.failure?.reason)).to.deep.equal([undefined, undefined])
    const app = openPool({ url: appUrl, max: 1, applicationName: 'test' })
    expect((await app.raw('select * from parley.list_tenants(null, 10)')).rows).to.deep.equal([])
    await app.destroy()
    const admin = openPool({ url: owner, max: 1, applicationName: 'test' })
    expect(await auditTenantTables(admin)).to.deep.equal([])
    await admin.destroy()
  })

  it('says what is missing when the login may not create the roles, and works once somebody made them', async () => {
    const owner = await ownedDatabase('nocreaterole')
    const error = await prepareRoles(owner).catch((caught: unknown) => caught)
    expect(error).to.have.property('code', 'database.roles')
    expect(String(error)).to.match(/"owner_nocreaterole", which lacks CREATEROLE.*parley_app, parley_engine/s)
    const { password } = new URL(applicationUrl(owner))
    await ask(server.adminUrl, 'create role parley_engine nologin')
    await ask(server.adminUrl, `create role parley_app login noinherit password '${password}'`)
    await ask(server.adminUrl, 'grant parley_engine to owner_nocreaterole with inherit false, set true')
    const { appUrl } = await prepareRoles(owner)
    expect(await ask(appUrl, 'select 1 as n')).to.deep.equal([{ n: 1 }])
  })

  it("says so when the application's password is not the derived one and the login may not change it", async () => {
    const owner = await ownedDatabase('nocreaterole')
    await ask(server.adminUrl, 'create role parley_engine nologin')
    await ask(server.adminUrl, `create role parley_app login noinherit password 'another'`)
    await ask(server.adminUrl, 'grant parley_engine to owner_nocreaterole with inherit false, set true')
    expect(String(await prepareRoles(owner).catch((caught: unknown) => caught))).to.include(
      'refuses the password derived',
    )
  })

  /** A database that belongs to an ordinary role, and its URL. */
  async function ownedDatabase(right: 'createrole' | 'nocreaterole'): Promise<string> {
    const name = `owner_${right}`
    await ask(server.adminUrl, `create role ${name} login ${right} password 'secret'`)
    await ask(server.adminUrl, `create database ${name} owner ${name}`)
    const url = new URL(server.adminUrl)
    url.username = name
    url.password = 'secret'
    url.pathname = `/${name}`
    return url.href
  }
})

describe('a test database', () => {
  let db: TestDatabase

  it('is a database of its own, with the tables and nothing in them, gone after drop', async () => {
    db = await createTestDatabase()
    const other = await createTestDatabase()
    expect(other.adminUrl).not.to.equal(db.adminUrl)
    await db.knex.raw('select parley.create_tenant(gen_random_uuid(), ?, ?, ?, ?, ?, ?)', [
      'a',
      'A',
      'IN',
      'INR',
      'UTC',
      new Date(),
    ])
    expect((await other.knex.raw('select * from parley.list_tenants(null, 10)')).rows).to.deep.equal([])
    await db.drop()
    await other.drop()
    expect(await code(ask(db.adminUrl, 'select 1'))).to.equal('3D000')
  })
})

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function code(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
}
