import { expect } from 'chai'
import type { Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { systemClock } from '../../../core/clock.ts'
import { migrate } from '../../../core/data/migrate.ts'
import { openPool } from '../../../core/data/pool.ts'
import { prepareRoles } from '../../../core/data/prepare-roles.ts'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import { JobRunner } from '../../../core/jobs/job-runner.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { noEvents } from '../data/no-events.ts'
import { type OwnServer, startOwnServer } from '../data/own-server.ts'

describe('jobs and a crash of the database', () => {
  const tenant = uuidv7()
  let server: OwnServer
  let knex: Knex
  let database: TransactionRunner
  let runner: JobRunner
  let begun = 0

  before(async () => {
    server = await startOwnServer()
    const { appUrl } = await prepareRoles(server.adminUrl)
    const directory = new URL('../data/fixtures/notes/', import.meta.url)
    await migrate({ adminUrl: server.adminUrl, sources: [{ id: 'notes', directory }], log: silentLogger })
    knex = openPool({ url: appUrl, max: 5, applicationName: 'test' })
    database = new TransactionRunner({ knex, events: noEvents })
    runner = new JobRunner({
      knex,
      database,
      clock: systemClock,
      log: silentLogger,
      settings: { outageRetryMs: 50, pollMs: 500 },
      gate: () => true,
      tenantsOf: async () => [],
    })
    runner.add('demo', [
      {
        id: 'slow',
        retry: { max: 0, baseMs: 1 },
        async run(input, uow) {
          begun += 1
          await uow.trx('notes.note').insert({ tenant_id: tenant, id: uuidv7(), text: String(input) })
          await uow.trx.raw('select pg_sleep(0.3)')
        },
      },
    ])
    await runner.start()
  })

  after(async () => {
    await runner.stop(2_000)
    await knex.destroy()
    await server.remove()
  })

  const queue = () => database.transaction(tenant, (uow) => runner.forPlugin('demo').enqueue(uow, 'slow', 'x'))

  it('runs a job that the crash cut off again, once, soon after the restart, and charges it no try', async () => {
    await queue()
    while (begun === 0) await pause(10)
    await server.crash()
    expect(await queue().catch((error: unknown) => error)).to.have.property('code', 'database.unavailable')
    await server.restart()
    const restarted = performance.now()
    while ((await notes()) === 0) await pause(20)
    expect(performance.now() - restarted).to.be.lessThan(5_000)
    await runner.idle()
    expect(await notes()).to.equal(1)
    expect(begun).to.equal(2)
  })

  async function notes(): Promise<number> {
    return database.transaction(tenant, async (uow) => (await uow.trx('notes.note').where({ text: 'x' })).length)
  }
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
