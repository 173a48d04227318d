import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import knex from 'knex'
import { startTestKernel, type TestKernel } from '../../../core/testing/start-test-kernel.ts'

const PLUGINS = join(import.meta.dirname, '../../../plugins')

describe('columns that hold sealed values', function () {
  this.timeout(60_000)
  let test: TestKernel
  before(async () => {
    test = await startTestKernel({ plugins: readdirSync(PLUGINS).map((name) => `./plugins/${name}`) })
  })
  after(() => test.stop())

  it('are all known to the rotation of keys: whoever comments a column as sealed names it in the manifest', async () => {
    const admin = knex({ client: 'pg', connection: test.database.adminUrl, pool: { min: 0, max: 1 } })
    try {
      const { rows: commented } = await admin.raw<{ rows: readonly { name: string }[] }>(
        `select c.table_schema || '.' || c.table_name || '.' || c.column_name as name
           from information_schema.columns c
          where col_description((quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass,
                                c.ordinal_position) like 'sealed%'`,
      )
      const { rows: known } = await admin.raw<{ rows: readonly { name: string }[] }>(
        `select table_name || '.' || column_name as name from parley.sealed_columns()`,
      )
      expect(commented.length).to.be.at.least(5)
      expect(known.map(({ name }) => name)).to.include.members(commented.map(({ name }) => name))
    } finally {
      await admin.destroy()
    }
  })
})
