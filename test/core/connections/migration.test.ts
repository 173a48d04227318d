import { expect } from 'chai'
import createKnex from 'knex'
import { kernelMigrations, migrate, rollback } from '../../../core/data/migrate.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'

describe('the tables of access and connections', () => {
  it('go down with nothing left over, and come up again', async () => {
    const { adminUrl, drop } = await createTestDatabase()
    const options = { adminUrl, sources: [kernelMigrations], log: silentLogger }
    try {
      for (const report of [await rollback(options), await migrate(options)])
        expect(report.sources.map(({ failure }) => failure?.reason)).to.deep.equal([undefined])
    } finally {
      await drop()
    }
  })

  it('can be read and written by the application’s functions only where many tenants’ rows lie together', async () => {
    const { adminUrl, drop } = await createTestDatabase()
    const admin = createKnex({ client: 'pg', connection: adminUrl })
    try {
      const { rows } = await admin.raw(
        `select has_table_privilege('parley_app', 'parley.account_route', 'SELECT, INSERT, UPDATE, DELETE') as may`,
      )
      expect(rows).to.deep.equal([{ may: false }])
    } finally {
      await admin.destroy()
      await drop()
    }
  })
})
