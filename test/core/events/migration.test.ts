import { expect } from 'chai'
import createKnex from 'knex'
import { auditTenantTables } from '../../../core/data/index.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

describe('the event log’s tables', () => {
  let db: TestDatabase

  before(async function () {
    this.timeout(60_000)
    db = await createTestDatabase()
  })
  after(() => db.drop())

  it('pass the audit of tenant rules', async () => {
    const admin = createKnex({ client: 'pg', connection: db.adminUrl, pool: { min: 0, max: 1 } })
    try {
      expect(await auditTenantTables(admin)).to.deep.equal([])
    } finally {
      await admin.destroy()
    }
  })

  it('are out of the application’s reach but for their functions', async () => {
    for (const table of ['log', 'cursor', 'lane', 'dead', 'webhook_log', 'ingest_dedupe']) {
      const refused = await db.knex.raw(`select count(*) from parley.${table}`).catch((error: Error) => error.message)
      expect(refused).to.match(/permission denied/)
    }
    const { rows } = await db.knex.raw('select * from parley.log_heads(?)', [['none']])
    expect(rows).to.deep.equal([])
  })
})
