import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { withConnection } from '../../../core/data/one-connection.ts'
import { openPool } from '../../../core/data/pool.ts'
import { withTenant, withTransaction } from '../../../core/data/transaction.ts'
import { asUnavailable } from '../../../core/data/unavailable.ts'
import { poolForBoss } from '../../../core/jobs/boss-database.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'

/** Silence that is too long, here. */
const silenceMs = 600

describe('a connection to a database that has gone silent', () => {
  const tenant = uuidv7()
  const frozen = new Set<number>()
  let server: OwnServer
  let knex: Knex

  before(async () => {
    server = await startOwnServer()
    await withConnection(server.adminUrl, 'test', (client) => client.query('create table public.written (what text)'))
  })

  beforeEach(() => {
    knex = openPool({
      url: server.adminUrl,
      max: 3,
      applicationName: 'parley-silence-test',
      settings: {
        queryTimeoutMs: silenceMs,
        statementTimeoutMs: 400,
        lockTimeoutMs: 300,
        connectTimeoutMs: 500,
        closeTimeoutMs: 200,
      },
    })
  })

  afterEach(async () => {
    thaw()
    await knex.destroy()
  })

  after(() => server.remove())

  it('fails the query as an outage, throws the connection away, and works again on another one', async () => {
    const before = await freezeOne()
    const took = await timed(() => unavailable(knex.raw('select 2 as n')))
    expect(took).to.be.within(silenceMs - 50, silenceMs + 1_500)
    thaw()
    const after = await backendOf(knex)
    expect(after).not.to.equal(before)
    expect(knex.client.pool.numUsed()).to.equal(0)
  })

  it('tells a transaction whose COMMIT was not answered as an outage, although it may have happened', async () => {
    const work = withTenant(knex, tenant, async (trx) => {
      await trx.raw(`insert into public.written values ('unknown')`)
      freeze(await backendOf(trx))
    })
    await unavailable(work)
    thaw()
    while ((await written('unknown')) === 0) await pause(20)
    expect(await written('unknown')).to.equal(1)
  })

  it('does not begin the work when BEGIN was not answered', async () => {
    await freezeOne()
    let began = false
    await unavailable(
      withTransaction(knex, async () => {
        began = true
      }),
    )
    expect(began).to.equal(false)
  })

  it('rolls nothing back over a connection that is cut: the failure comes at once', async () => {
    const took = await timed(() =>
      unavailable(
        withTenant(knex, tenant, async (trx) => {
          freeze(await backendOf(trx))
          await trx.raw(`insert into public.written values ('never')`)
        }),
      ),
    )
    expect(took).to.be.lessThan(silenceMs + 1_500)
    thaw()
    await pause(100)
    expect(await written('never')).to.equal(0)
  })

  it('fails all that were sent at once', async () => {
    const outcomes = withTenant(knex, tenant, async (trx) => {
      freeze(await backendOf(trx))
      const three = await Promise.allSettled([1, 2, 3].map((n) => trx.raw('select ?::int', [n])))
      expect(three.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected'])
    })
    await unavailable(outcomes)
  })

  it('is not taken for silent when many queries sent at once are answered one after another', async () => {
    const naps = withTransaction(knex, (trx) =>
      Promise.all(Array.from({ length: 6 }, () => trx.raw('select pg_sleep(0.2)'))),
    )
    expect(await timed(() => naps)).to.be.greaterThan(2 * silenceMs - 50)
  })

  it('is not taken for silent by a process that stood still itself: the answer is read first', async () => {
    const connection = await knex.client.acquireConnection()
    const answer = connection.query('select 1 as n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, silenceMs + 200)
    expect((await answer).rows).to.deep.equal([{ n: 1 }])
    await knex.client.releaseConnection(connection)
  })

  it('leaves a slow statement to the server, whose error is no outage', async () => {
    const error = await knex.raw('select pg_sleep(2)').then(
      () => undefined,
      (caught: unknown) => caught,
    )
    expect(error).to.have.property('code', '57014')
  })

  it('waits longer in a transaction whose statements may take longer, and not after it', async () => {
    const limits = { statementTimeoutMs: 3_000 }
    const nap = (trx: Knex.Transaction) => trx.raw(`select pg_sleep(1), current_setting('statement_timeout') as limit`)
    const { rows } = await withTransaction(knex, nap, limits)
    expect(rows[0]).to.have.property('limit', '3s')
    await freezeOne()
    expect(await timed(() => unavailable(knex.raw('select 1')))).to.be.lessThan(silenceMs + 1_500)
  })

  it('is thrown away when it is given back in the middle of something', async () => {
    const connection = await knex.client.acquireConnection()
    const { processID } = connection
    const nap = connection.query('select pg_sleep(0.3)').then(
      () => 'answered',
      (error: Error) => error.message,
    )
    await knex.client.releaseConnection(connection)
    expect(await backendOf(knex)).not.to.equal(processID)
    expect(await nap).to.match(/given back while at work/)
  })

  it('is noticed by pg-boss too, which asks the connection itself', async () => {
    const boss = poolForBoss(knex)
    const { rows } = await boss.executeSql('select pg_backend_pid() as pid')
    freeze(rows[0].pid)
    const took = await timed(() => boss.executeSql('select 1').catch(() => undefined))
    expect(took).to.be.lessThan(silenceMs + 1_500)
    expect(await backendOf(knex)).not.to.equal(rows[0].pid)
  })

  it('closes within its time', async () => {
    await freezeOne()
    expect(await timed(() => knex.destroy())).to.be.lessThan(2_000)
  })

  it('cannot be opened while the whole server is frozen: an outage, in good time', async () => {
    freeze(server.pid)
    expect(await timed(() => unavailable(withTransaction(knex, (trx) => trx.raw('select 1'))))).to.be.lessThan(3_000)
    thaw()
    expect(await backendOf(knex)).to.be.a('number')
  })

  /** Stops the backend of the pool's only connection. */
  async function freezeOne(): Promise<number> {
    const pid = await backendOf(knex)
    freeze(pid)
    return pid
  }

  function freeze(pid: number): void {
    process.kill(pid, 'SIGSTOP')
    frozen.add(pid)
  }

  function thaw(): void {
    for (const pid of frozen) process.kill(pid, 'SIGCONT')
    frozen.clear()
  }

  function written(what: string): Promise<number> {
    return withConnection(server.adminUrl, 'test', async (client) => {
      const { rows } = await client.query('select count(*)::int as n from public.written where what = $1', [what])
      return rows[0].n
    })
  }
})

async function backendOf(db: Knex): Promise<number> {
  const { rows } = await db.raw('select pg_backend_pid() as pid')
  return rows[0].pid
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Through `asUnavailable`, where the query did not come through a transaction. */
async function unavailable(work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => 'it worked',
    (caught: unknown) => asUnavailable(caught),
  )
  expect(error).to.be.instanceOf(UnavailableError)
  expect(error).to.have.property('code', 'database.unavailable')
}
