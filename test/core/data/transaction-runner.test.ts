import { expect } from 'chai'
import Joi from 'joi'
import type { Knex } from 'knex'
import { v7 as uuidv7 } from 'uuid'
import { TransactionRunner } from '../../../core/data/transaction-runner.ts'
import type { EventAppender, PendingEvent, PrepareContext } from '../../../core/events/appender.ts'
import { ParleyError } from '../../../core/plugin/errors.ts'
import { defineEvent, type NewEvent } from '../../../core/plugin/event.ts'
import type { UnitOfWork } from '../../../core/plugin/unit-of-work.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

const noted = defineEvent({
  type: 'note.written.v1',
  topic: 'notes',
  summary: 'x',
  schema: Joi.object({ text: Joi.string() }),
})
const other = defineEvent({ type: 'note.other.v1', topic: 'others', summary: 'x', schema: Joi.object() })

/** Writes down what it is asked for; appends into the notes table, so that the order of statements can be seen. */
class RecordingAppender implements EventAppender {
  readonly contexts: PrepareContext[] = []
  readonly woken: string[][] = []
  appended: string[] = []

  prepare(tenantId: string, event: NewEvent, context: PrepareContext): PendingEvent {
    if (event.key === 'bad') throw new ParleyError('event.invalid', 'text is required')
    this.contexts.push(context)
    const { topic, type } = event.type
    return { id: uuidv7(), topic, tenantId, hash: 0, key: event.key, type, time: '', headers: '{}', data: '{}' }
  }

  async append(trx: Knex.Transaction, events: readonly PendingEvent[]): Promise<void> {
    for (const event of events) {
      await trx('notes.note').insert({ tenant_id: event.tenantId, id: event.id, text: `event ${event.key}` })
    }
    this.appended.push(...events.map((event) => event.key))
  }

  committed(topics: readonly string[]): void {
    this.woken.push([...topics])
  }
}

describe('a unit of work', () => {
  const tenant = uuidv7()
  let db: TestDatabase
  let events: RecordingAppender
  let database: TransactionRunner
  const faults: unknown[] = []

  before(async () => {
    const directory = new URL('./fixtures/notes/', import.meta.url)
    db = await createTestDatabase({ sources: [{ id: 'notes', directory }] })
  })

  beforeEach(() => {
    events = new RecordingAppender()
    faults.length = 0
    database = new TransactionRunner({
      knex: db.knex,
      events,
      onEffectError: (error) => faults.push(error),
    })
  })

  after(() => db.drop())

  const write = (uow: UnitOfWork, text: string) =>
    uow.trx('notes.note').insert({ tenant_id: tenant, id: uuidv7(), text })
  const count = (text: string) =>
    database.transaction(tenant, async (uow) => (await uow.trx('notes.note').where({ text })).length)

  it('commits rows and events together, and gives back what the work returned', async () => {
    const answer = await database.transaction(tenant, async (uow) => {
      uow.publish({ type: noted, key: 'a', data: { text: 'x' } })
      await write(uow, 'with a')
      return 42
    })
    expect(answer).to.equal(42)
    expect([await count('with a'), await count('event a')]).to.deep.equal([1, 1])
  })

  it('takes rows and events back when the work throws, and passes the error on', async () => {
    const boom = new Error('boom')
    const work = database.transaction(tenant, async (uow) => {
      await write(uow, 'taken back')
      uow.publish({ type: noted, key: 'taken back', data: {} })
      uow.afterCommit(() => faults.push('ran'))
      throw boom
    })
    expect(await caught(work)).to.equal(boom)
    expect(await count('taken back')).to.equal(0)
    expect([events.appended, events.woken, faults]).to.deep.equal([[], [], []])
  })

  it('refuses an invalid event where it is published, before anything is stored', async () => {
    const work = database.transaction(tenant, async (uow) => {
      await write(uow, 'before bad')
      uow.publish({ type: noted, key: 'bad', data: {} })
    })
    expect(await caught(work)).to.have.property('code', 'event.invalid')
    expect(await count('before bad')).to.equal(0)
  })

  it('appends all events once, in order, as the last statement before COMMIT', async () => {
    const statements: string[] = []
    const listen = ({ sql }: { sql: string }) => statements.push(sql)
    db.knex.client.on('query', listen)
    await database.transaction(tenant, async (uow) => {
      uow.publish({ type: noted, key: '1', data: {} })
      await write(uow, 'between')
      uow.publish({ type: other, key: '2', data: {} })
    })
    db.knex.client.off('query', listen)
    expect(events.appended).to.deep.equal(['1', '2'])
    expect(statements.map((sql) => sql.split(' ')[0])).to.deep.equal(['BEGIN;', 'insert', 'insert', 'insert', 'COMMIT'])
    expect(statements[0]).to.equal(`BEGIN; SET LOCAL app.tenant_id = '${tenant}'`)
  })

  it('wakes the readers of each topic once, after COMMIT, and then runs the effects', async () => {
    const order: string[] = []
    await database.transaction(tenant, async (uow) => {
      uow.afterCommit(() => order.push(`effect, woken ${events.woken.length}`))
      uow.publish({ type: noted, key: '1', data: {} })
      uow.publish({ type: noted, key: '2', data: {} })
      uow.publish({ type: other, key: '3', data: {} })
      order.push('work')
    })
    expect(order).to.deep.equal(['work', 'effect, woken 1'])
    expect(events.woken).to.deep.equal([['notes', 'others']])
  })

  it('reports an effect that throws and still runs the others: what was committed stays committed', async () => {
    await database.transaction(tenant, async (uow) => {
      uow.afterCommit(() => {
        throw new Error('effect failed')
      })
      uow.afterCommit(() => faults.push('second ran'))
    })
    expect(faults.map(String)).to.deep.equal(['Error: effect failed', 'second ran'])
  })

  it('names who publishes and continues the correlation it was given', async () => {
    const correlationId = uuidv7()
    const causationId = uuidv7()
    const publish = async (uow: UnitOfWork) => uow.publish({ type: noted, key: 'c', data: {} })
    await database.as('/plugins/inbox').transaction(tenant, publish, { correlationId, causationId })
    await database.transaction(tenant, publish)
    expect(events.contexts[0]).to.deep.equal({ source: '/plugins/inbox', correlationId, causationId })
    expect(events.contexts[1]).to.have.property('source', '/kernel')
    expect(events.contexts[1]?.correlationId).to.match(/^[0-9a-f-]{36}$/)
  })

  it('does not call a transaction committed that Postgres rolled back because an error in it was caught', async () => {
    const work = database.transaction(tenant, async (uow) => {
      await write(uow, 'half')
      await uow.trx.raw('select 1/0').catch(() => undefined)
    })
    expect(await caught(work)).to.have.property('code', 'database.rolled-back')
    expect(await count('half')).to.equal(0)
  })

  it('keeps what came before a savepoint that was rolled back', async () => {
    await database.transaction(tenant, async (uow) => {
      await write(uow, 'kept')
      await uow.trx.transaction((inner) => inner.raw('select 1/0')).catch(() => undefined)
      await write(uow, 'kept')
    })
    expect(await count('kept')).to.equal(2)
  })

  it('refuses a tenant id that is no UUID before it asks the database for anything', async () => {
    for (const id of ['', 'x', "'; drop table parley.tenant; --"]) {
      expect(await caught(database.transaction(id, async () => 1))).to.have.property('code', 'tenant.invalid')
    }
  })

  it('gives its connection back whatever happens', async () => {
    const outcomes = Array.from({ length: 40 }, (_, n) =>
      database.transaction(tenant, async (uow) => {
        if (n % 3 === 0) throw new Error('x')
        await uow.trx.raw(n % 3 === 1 ? 'select 1' : 'select nonsense')
      }),
    )
    await Promise.allSettled(outcomes)
    expect(db.knex.client.pool.numUsed()).to.equal(0)
  })
})

function caught(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error,
  )
}
