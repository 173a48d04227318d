import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { TenantModel } from '../../../core/data/tenant-model.ts'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'
import { noEvents } from './no-events.ts'

class Note extends TenantModel {
  static override tableName = 'notes.note'
  static override jsonAttributes = ['labels']
  declare text: string
  declare labels: string[]
  declare created_at: Date | null
}

describe('a tenant model', () => {
  const [first, second] = [uuidv7(), uuidv7()]
  const clock = new TestClock()
  let db: TestDatabase
  let database: TransactionRunner

  before(async () => {
    const directory = new URL('./fixtures/notes/', import.meta.url)
    db = await createTestDatabase({ sources: [{ id: 'notes', directory }] })
    database = new TransactionRunner({ knex: db.knex, events: noEvents })
  })

  after(() => db.drop())

  const add = (tenantId: string, text: string) =>
    database.transaction(tenantId, async (uow) =>
      Note.in(uow).insert({ id: uuidv7(), text, labels: ['a', 'b'], created_at: clock.now() }),
    )

  it('fills in the tenant, keeps JSON as JSON and the time of the clock it was given', async () => {
    const { id } = await add(first, 'one')
    const found = await database.transaction(first, async (uow) => Note.in(uow).findById(id))
    expect(found).to.be.instanceOf(Note)
    expect(found?.toJSON()).to.include({ tenant_id: first, text: 'one' })
    expect(found?.labels).to.deep.equal(['a', 'b'])
    expect(found?.created_at).to.deep.equal(clock.now())
  })

  it('names its tenant in every condition, for the planner, also under an alias', async () => {
    await database.transaction(first, async (uow) => {
      expect(Note.in(uow).where('text', 'x').toKnexQuery().toSQL().sql).to.include('"notes"."note"."tenant_id" = ?')
      expect(Note.in(uow).alias('n').toKnexQuery().toSQL().sql).to.include('"n"."tenant_id" = ?')
    })
  })

  it('selects, patches and deletes within its tenant', async () => {
    await add(second, 'theirs')
    await database.transaction(first, async (uow) => {
      expect(await Note.in(uow).where({ text: 'theirs' })).to.deep.equal([])
      expect(await Note.in(uow).patch({ text: 'stolen' }).where({ text: 'theirs' })).to.equal(0)
      expect(await Note.in(uow).delete().where({ text: 'theirs' })).to.equal(0)
    })
    const left = await database.transaction(second, async (uow) => Note.in(uow).where({ text: 'theirs' }).resultSize())
    expect(left).to.equal(1)
  })

  it('inserts many rows in one statement', async () => {
    const rows = Array.from({ length: 50 }, (_, n) => ({ id: uuidv7(), text: `many ${n}`, labels: [] }))
    const made = await database.transaction(first, async (uow) => Note.in(uow).insert(rows))
    expect(made.map((row) => row.tenant_id)).to.deep.equal(rows.map(() => first))
  })

  it("refuses a row with another tenant's id, and an insert outside of a unit of work", async () => {
    const foreign = database.transaction(first, async (uow) =>
      Note.in(uow).insert({ id: uuidv7(), tenant_id: second, text: 'x', labels: [] }),
    )
    expect(await code(foreign)).to.equal('tenant.foreign')
    expect(await code(Note.query(db.knex).insert({ id: uuidv7(), text: 'x', labels: [] }))).to.equal('tenant.missing')
  })

  it('has no own keys for columns that were not selected', async () => {
    await add(first, 'sparse')
    const [row] = await database.transaction(first, async (uow) => Note.in(uow).where({ text: 'sparse' }).select('id'))
    expect(Object.keys(row ?? {})).to.deep.equal(['id'])
  })
})

async function code(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
  return 'accepted'
}
