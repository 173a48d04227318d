import { expect } from 'chai'
import { TransactionRunner } from '../../../core/data/index.ts'
import type { ParleyError } from '../../../core/plugin/errors.ts'
import { EventBench, type Note, noted, range, tenantA, tenantB } from './kit.ts'

describe('appending to the log', () => {
  let bench: EventBench
  before(async () => {
    bench = await EventBench.open()
  })
  after(() => bench.close())

  const log = () =>
    bench.admin<{
      part: number
      off: string
      key: string
      tenant_id: string
      data: Note
      headers: Record<string, string>
    }>('select * from parley.log order by topic, part, off')

  it('gives gapless offsets in commit order to many writers at once', async () => {
    const engine = bench.engine()
    const database = new TransactionRunner({ knex: bench.db.knex, events: engine })
    await Promise.all(
      range(0, 60).map((i) =>
        database.transaction(i % 2 === 0 ? tenantA : tenantB, async (uow) => {
          for (const n of range(0, 5)) uow.publish({ type: noted, key: `k${(i + n) % 7}`, data: { n: i * 5 + n } })
        }),
      ),
    )
    const rows = await log()
    expect(rows).to.have.length(300)
    for (const part of new Set(rows.map((row) => row.part))) {
      const offsets = rows.filter((row) => row.part === part).map((row) => Number(row.off))
      expect(offsets).to.deep.equal(range(0, offsets.length))
    }
    const parts = new Map(rows.map((row) => [row.key, row.part]))
    for (const row of rows) expect(row.part).to.equal(parts.get(row.key))
    expect(rows.every((row) => row.key.startsWith(`${row.tenant_id}/`))).to.equal(true)
  })

  it('appends nothing when the transaction rolls back', async () => {
    const engine = bench.engine()
    const database = new TransactionRunner({ knex: bench.db.knex, events: engine })
    const before = (await log()).length
    const failed = await database
      .transaction(tenantA, async (uow) => {
        uow.publish({ type: noted, key: 'k', data: { n: 1 } })
        throw new Error('no')
      })
      .catch((error: Error) => error.message)
    expect(failed).to.equal('no')
    expect(await log()).to.have.length(before)
  })

  it('refuses an event that its schema does not allow, naming the field', () => {
    const engine = bench.engine()
    const prepare = (data: unknown) =>
      engine.prepare(tenantA, { type: noted, key: 'k', data } as never, { source: '/test', correlationId: 'c' })
    expect(() => prepare({ n: '1' }))
      .to.throw(/"n" must be a number/)
      .with.property('code', 'event.invalid')
    expect(() => prepare({ n: 1, text: 'x'.repeat(300_000) }))
      .to.throw()
      .with.property('code', 'event.too-large')
    const unknown = { ...noted, type: 'test.never.v1' }
    const thrown = (() => {
      try {
        engine.prepare(tenantA, { type: unknown, key: 'k', data: { n: 1 } }, { source: '/test', correlationId: 'c' })
        return undefined
      } catch (error) {
        return error as ParleyError
      }
    })()
    expect(thrown?.code).to.equal('event.unregistered')
  })

  it('stores text that Postgres would refuse, with the broken characters replaced', async () => {
    const engine = bench.engine()
    await bench.send(engine, [{ key: 'odd', n: 1, text: 'nul \0, half \uD83D, whole 😀, escaped \\u0000' }])
    const row = (await log()).find(({ key }) => key === `${tenantA}/odd`)
    expect(row?.data.text).to.equal('nul \uFFFD, half \uFFFD, whole 😀, escaped \\u0000')
  })
})
