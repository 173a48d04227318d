import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import createKnex, { type Knex } from 'knex'
import { auditTenantTables } from '../../../core/data/audit-tenant-tables.ts'
import { migrate, rollback } from '../../../core/data/migrate.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

const plugins = new URL('../../../plugins/', import.meta.url)

/** Every first-party plugin that has migrations, and the kernel. */
const sources = [
  ...readdirSync(plugins, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && hasMigrations(entry.name))
    .map((entry) => ({ id: entry.name, directory: new URL(`${entry.name}/migrations/`, plugins) })),
  { id: 'parley', directory: new URL('../../../migrations/', import.meta.url) },
]

describe('every table of the kernel and of all plugins', () => {
  let db: TestDatabase
  let admin: Knex

  before(async () => {
    db = await createTestDatabase({ migrated: false })
    admin = createKnex({ client: 'pg', connection: db.adminUrl, pool: { min: 0, max: 1 } })
  })

  after(async () => {
    await admin.destroy()
    await db.drop()
  })

  it('is made from an empty database, taken down to nothing, and made again', async () => {
    expect(await failures(migrate({ adminUrl: db.adminUrl, sources, log: silentLogger }))).to.deep.equal([])
    const made = await tables()
    const kernelLast = [...sources].sort((a, b) => Number(b.id === 'parley') - Number(a.id === 'parley'))
    expect(await failures(rollback({ adminUrl: db.adminUrl, sources: kernelLast, log: silentLogger }))).to.deep.equal(
      [],
    )
    expect(await tables()).to.deep.equal([])
    expect(await failures(migrate({ adminUrl: db.adminUrl, sources, log: silentLogger }))).to.deep.equal([])
    expect(await tables()).to.deep.equal(made)
  })

  it('keeps tenants apart by a policy that the application role cannot step around', async () => {
    expect(await auditTenantTables(admin)).to.deep.equal([])
    const { rows } = await admin.raw(
      `select count(*)::int as n from pg_attribute a join pg_class c on c.oid = a.attrelid
       where a.attname = 'tenant_id' and c.relkind in ('r', 'p')`,
    )
    expect(rows[0].n).to.be.greaterThan(3)
  })

  it('shows the application role nothing while no tenant is set', async () => {
    for (const table of await readableTenantTables()) {
      const { rows } = await db.knex.raw(`select count(*)::int as n from ${table}`)
      expect(rows[0].n, table).to.equal(0)
    }
  })

  async function tables(): Promise<string[]> {
    return admin('pg_tables')
      .whereNotIn('schemaname', ['pg_catalog', 'information_schema', 'pgboss'])
      .orderBy(['schemaname', 'tablename'])
      .select({ name: admin.raw(`schemaname || '.' || tablename`) })
      .then((rows) => rows.map((row) => String(row.name)))
  }

  async function readableTenantTables(): Promise<string[]> {
    const { rows } = await admin.raw<{ rows: { name: string }[] }>(
      `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
       where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and has_table_privilege('parley_app', c.oid, 'SELECT')`,
    )
    return rows.map((row) => row.name)
  }
})

function hasMigrations(plugin: string): boolean {
  return readdirSync(new URL(`${plugin}/`, plugins)).includes('migrations')
}

async function failures(report: ReturnType<typeof migrate>): Promise<string[]> {
  const { sources: reports } = await report
  return reports.flatMap((one) => (one.failure === undefined ? [] : [`${one.id}: ${one.failure.reason}`]))
}
