import { expect } from 'chai'
import type { Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { openPool } from '../../../core/data/pool.ts'
import type { PoolSettings } from '../../../core/data/settings.ts'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import { noEvents } from './no-events.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'

describe('the pool', () => {
  let server: OwnServer
  let knex: Knex
  let database: TransactionRunner
  const tenant = uuidv7()

  before(async () => {
    server = await startOwnServer()
    await start({})
  })

  afterEach(async () => {
    await knex.destroy()
    await start({})
  })

  after(async () => {
    await knex.destroy()
    await server.remove()
  })

  const start = async (settings: Partial<PoolSettings>, max = 3) => {
    knex = openPool({ url: server.adminUrl, max, applicationName: 'parley-pool-test', settings })
    database = new TransactionRunner({ knex, events: noEvents })
  }

  const run = (sql: string) => database.transaction(tenant, async (uow) => (await uow.trx.raw(sql)).rows)

  it('names the application, and sets the limits for each connection', async () => {
    await knex.destroy()
    await start({ statementTimeoutMs: 1_500, lockTimeoutMs: 700, idleInTransactionTimeoutMs: 900 })
    const [row] =
      await run(`select current_setting('application_name') as name, current_setting('statement_timeout') as statement,
      current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`)
    expect(row).to.deep.equal({ name: 'parley-pool-test', statement: '1500ms', lock: '700ms', idle: '900ms' })
  })

  it('prepares a statement once for a connection, and no more of them than it may', async () => {
    await knex.destroy()
    await start({ preparedStatements: 3 }, 1)
    for (let i = 0; i < 3; i += 1) await run('select 1 as n')
    for (let i = 0; i < 5; i += 1) await run(`select ${i + 10} as n`)
    const rows = await run(
      'select name, generic_plans + custom_plans as plans from pg_prepared_statements order by name',
    )
    expect(rows).to.deep.include({ name: 'parley_0', plans: '3' })
    expect(rows).to.have.length(3)
  })

  it('goes on after a migration changed a table under a prepared statement', async () => {
    await knex.destroy()
    await start({}, 1)
    await run('create table changing (a integer)')
    for (let i = 0; i < 3; i += 1) expect(await run('select * from changing')).to.deep.equal([])
    await run('alter table changing add column b integer')
    await run('select * from changing').catch(() => undefined)
    await run('insert into changing values (1, 2)')
    expect(await run('select * from changing')).to.deep.equal([{ a: 1, b: 2 }])
    await run('drop table changing')
  })

  it('gives bigint and numeric exactly, as strings, a date without a zone, and a moment as Date', async () => {
    const [row] = await run(`select 9007199254740993::bigint as big, 1.10::numeric as sum, date '2026-03-29' as day,
      timestamptz '2026-03-29 01:00+05:30' as moment`)
    expect(row).to.deep.equal({
      big: '9007199254740993',
      sum: '1.10',
      day: '2026-03-29',
      moment: new Date('2026-03-28T19:30:00.000Z'),
    })
  })

  it('lives through a crash of the database in the middle of queries, and works again by itself afterwards', async () => {
    expect(await run('select 1 as n')).to.deep.equal([{ n: 1 }])
    const running = [1, 2, 3].map(() => unavailable(run('select pg_sleep(5)')))
    await new Promise((resolve) => setTimeout(resolve, 150))
    await server.crash()
    await Promise.all(running)
    await unavailable(run('select 1'))
    await server.restart()
    expect(await run('select 2 as n')).to.deep.equal([{ n: 2 }])
    expect(knex.client.pool.numUsed()).to.equal(0)
  })

  it('notices connections that died while they were idle', async () => {
    await Promise.all([1, 2, 3].map(() => run('select pg_sleep(0.02)')))
    await server.crash()
    await server.restart()
    expect(await Promise.all([1, 2, 3].map(() => run('select 3 as n')))).to.deep.equal([
      [{ n: 3 }],
      [{ n: 3 }],
      [{ n: 3 }],
    ])
  })

  it('does not begin the work when the connection is gone before BEGIN', async () => {
    await run('select 1')
    await server.crash()
    let began = false
    await unavailable(
      database.transaction(tenant, async () => {
        began = true
      }),
    )
    expect(began).to.equal(false)
    await server.restart()
  })

  it('says "busy" when no connection comes free in time, and when a lock does not', async () => {
    await knex.destroy()
    await start({ acquireTimeoutMs: 150, lockTimeoutMs: 100 }, 2)
    await run('create table if not exists public.locked (n int)')
    const holder = database.transaction(tenant, async (uow) => {
      await uow.trx.raw('lock table public.locked')
      await unavailable(run('lock table public.locked'), 'database.busy')
    })
    await holder
    const hogs = [run('select pg_sleep(0.5)'), run('select pg_sleep(0.5)')]
    await unavailable(run('select 1'), 'database.busy')
    await Promise.all(hogs)
  })

  it('ends a transaction in which nothing happens, and calls that unavailable', async () => {
    await knex.destroy()
    await start({ idleInTransactionTimeoutMs: 100 })
    const work = database.transaction(tenant, async (uow) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await uow.trx.raw('select 1')
    })
    await unavailable(work)
  })

  it('writes no value of a failed statement into its error', async () => {
    const work = database.transaction(tenant, (uow) => uow.trx.raw('select ?::int as n', ['Asha Rao']))
    expect(String(await work.catch((error: unknown) => error))).to.include('select $1::int as n - invalid input syntax')
  })

  it('leaves errors of the query itself as they are', async () => {
    await knex.destroy()
    await start({ statementTimeoutMs: 100 })
    expect(await run('select nonsense').catch((error: unknown) => error)).to.have.property('code', '42703')
    expect(await run('select pg_sleep(1)').catch((error: unknown) => error)).to.have.property('code', '57014')
  })
})

async function unavailable(work: Promise<unknown>, code = 'database.unavailable'): Promise<void> {
  const error = await work.then(
    () => 'it worked',
    (caught: unknown) => caught,
  )
  expect(error).to.be.instanceOf(UnavailableError)
  expect(error).to.have.property('code', code)
  expect(error).to.have.property('retryAfterSeconds').that.is.greaterThan(0)
}
