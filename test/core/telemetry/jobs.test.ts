import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import { JobRunner } from '../../../core/jobs/job-runner.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'
import { noEvents } from '../data/no-events.ts'
import { gapsIn } from './trace-tree.ts'
import { collecting } from './with-collector.ts'

describe('a job that was queued inside a trace', function () {
  this.timeout(60_000)

  it('runs in that trace, its transaction below it', async () => {
    await using collected = await collecting()
    const db = await createTestDatabase()
    const { tracing } = collected.telemetry
    collected.telemetry.database(db.knex)
    const database = new TransactionRunner({ knex: db.knex, events: noEvents })
    const tenantId = uuidv7()
    const runner = new JobRunner({
      ...{ knex: db.knex, database, clock: new TestClock(new Date()), log: silentLogger, tracing },
      settings: { pollMs: 500 },
      gate: () => true,
      tenantsOf: async () => [tenantId],
    })
    runner.add('notes', [{ id: 'remind', async run() {} }])
    await runner.start()
    const queue = runner.forPlugin('notes')
    const enqueue = () => database.transaction(tenantId, (uow) => queue.enqueue(uow, 'remind', null))
    await tracing.resume('a request', undefined, enqueue)
    await runner.idle()
    await runner.stop(1_000)
    await db.drop()
    const spans = await collected.finish()
    const [request] = spans.filter(({ name }) => name === 'a request')
    const [job] = spans.filter(({ name }) => name === 'job notes.remind')
    expect(job).to.include({ traceId: request?.traceId })
    expect(gapsIn(spans)).to.deep.equal([])
    expect(spans.filter(({ parentSpanId }) => parentSpanId === job?.spanId).map(({ name }) => name)).to.include(
      'transaction',
    )
  })
})
