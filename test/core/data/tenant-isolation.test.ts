import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { enterTenant, leaveTenant } from '../../../core/data/tenant-setting.ts'
import { withTenant, withTransaction } from '../../../core/data/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

describe('tenant isolation', () => {
  const [first, second] = [uuidv7(), uuidv7()]
  let db: TestDatabase

  before(async () => {
    const directory = new URL('./fixtures/notes/', import.meta.url)
    db = await createTestDatabase({ sources: [{ id: 'notes', directory }] })
    for (const tenant of [first, second]) {
      await withTenant(db.knex, tenant, (trx) =>
        trx('notes.note').insert({ tenant_id: tenant, id: uuidv7(), text: tenant }),
      )
    }
  })

  after(() => db.drop())

  it('shows a query without a tenant condition the rows of its tenant only', async () => {
    const rows = await withTenant(db.knex, first, (trx) => trx('notes.note').select('text'))
    expect(rows).to.deep.equal([{ text: first }])
  })

  it('shows a query outside a unit of work no rows at all', async () => {
    expect(await db.knex('notes.note')).to.deep.equal([])
    expect(await withTransaction(db.knex, (trx) => trx('notes.note'))).to.deep.equal([])
  })

  it('refuses a row with another tenant id, and a move of a row to another tenant', async () => {
    const foreign = { tenant_id: second, id: uuidv7(), text: 'x' }
    await rejects(withTenant(db.knex, first, (trx) => trx('notes.note').insert(foreign)))
    await rejects(withTenant(db.knex, first, (trx) => trx('notes.note').update({ tenant_id: second })))
  })

  it('changes and deletes only the rows of its tenant when the condition was forgotten', async () => {
    await withTenant(db.knex, first, async (trx) => {
      expect(await trx('notes.note').update({ text: 'changed' })).to.equal(1)
      expect(await trx('notes.note').delete()).to.equal(1)
      await trx('notes.note').insert({ tenant_id: first, id: uuidv7(), text: first })
    })
    expect(await withTenant(db.knex, second, (trx) => trx('notes.note').select('text'))).to.deep.equal([
      { text: second },
    ])
  })

  it('leaves no tenant on the connection it used', async () => {
    const { pool } = db.knex.client
    await fourAtOnce((meet) => withTenant(db.knex, first, meet))
    expect(pool.numFree()).to.equal(4)
    const seen = await fourAtOnce((meet) =>
      withTransaction(db.knex, async (trx) => {
        const { rows } = await trx.raw(`select current_setting('app.tenant_id', true) as id`)
        await meet()
        return rows[0].id
      }),
    )
    expect(seen).to.deep.equal(['', '', '', ''])
  })

  it('enters several tenants in turn inside one transaction, and leaves them', async () => {
    await withTransaction(db.knex, async (trx) => {
      await enterTenant(trx, first)
      expect(await trx('notes.note').pluck('text')).to.deep.equal([first])
      await enterTenant(trx, second)
      expect(await trx('notes.note').pluck('text')).to.deep.equal([second])
      await leaveTenant(trx)
      expect(await trx('notes.note').pluck('text')).to.deep.equal([])
    })
  })

  it('cannot be talked into another tenant by injected SQL', async () => {
    const stacked = `select 1; set local app.tenant_id = '${second}'`
    await rejects(
      withTenant(db.knex, first, (trx) => trx.raw(stacked)),
      'cannot insert multiple commands',
    )
    const nested = `select set_config('app.tenant_id', '${second}', true)`
    await rejects(
      withTenant(db.knex, first, (trx) => trx.raw(nested)),
      'permission denied',
    )
    await rejects(
      withTenant(db.knex, `${first}'; drop table x; --`, (trx) => trx.raw('select 1')),
      'is a UUID',
    )
  })
})

async function rejects(work: PromiseLike<unknown>, expected = 'row-level security'): Promise<void> {
  try {
    await work
  } catch (error) {
    expect(String(error)).to.include(expected)
    return
  }
  expect.fail(`was accepted; expected a refusal saying "${expected}"`)
}

/** Four pieces of work, each on a connection of its own: none ends before all have begun. */
function fourAtOnce<T>(work: (meet: () => Promise<void>) => Promise<T>): Promise<T[]> {
  const all = Promise.withResolvers<void>()
  let begun = 0
  const meet = () => {
    begun += 1
    if (begun === 4) all.resolve()
    return all.promise
  }
  return Promise.all([1, 2, 3, 4].map(() => work(meet)))
}
