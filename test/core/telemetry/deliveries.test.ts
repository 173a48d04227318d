import { expect } from 'chai'
import type { Knex } from 'knex'
import type { Observable } from 'rxjs'
import { filter, mergeMap } from 'rxjs'
import { openPool, TransactionRunner } from '../../../core/data/index.ts'
import type { EventHandler, EventStream, StreamDelivery } from '../../../core/plugin/handler.ts'
import { EventBench, echoed, type Note, noted, tenantA, until } from '../events/kit.ts'
import type { CollectedSpan } from './collector.ts'
import { gapsIn } from './trace-tree.ts'
import { type Collected, collecting } from './with-collector.ts'

/** Ends with its block. */
function closing(pool: Knex) {
  return { pool, [Symbol.asyncDispose]: () => pool.destroy() }
}

/** Answers every note with an echo under a key of its own. */
const echoing = (overrides: Partial<EventHandler> = {}): EventHandler => ({
  id: 'echo',
  on: [noted],
  async handle(deliveries, uow) {
    for (const { event } of deliveries)
      uow.publish({ type: echoed, key: `of-${event.id}`, data: event.data as Note, causationId: event.id })
  },
  ...overrides,
})

describe('a trace through the event engine', function () {
  this.timeout(60_000)
  let bench: EventBench
  let collected: Collected

  beforeEach(async () => {
    bench = await EventBench.open()
    collected = await collecting()
  })

  afterEach(async () => {
    await bench.close()
    await collected[Symbol.asyncDispose]()
  })

  const engine = () => {
    const { telemetry } = collected
    return bench.engine({ tracing: telemetry.tracing })
  }
  const of = (spans: readonly CollectedSpan[], group: string) =>
    spans.filter(({ attributes }) => attributes['messaging.consumer.group.name'] === group)
  const one = (spans: readonly CollectedSpan[]) => {
    expect(spans).to.have.length(1)
    return spans[0] as CollectedSpan
  }

  it('is continued by the handling of a single event, and by what that publishes', async () => {
    const events = engine()
    events.subscribe('test', echoing())
    events.subscribe('test', { id: 'end', on: [echoed], async handle() {} })
    await events.start()
    await bench.send(events, [{ key: 'a', n: 1 }])
    await bench.drained(events, ['test.echo', 'test.end'])
    const spans = await collected.finish()
    const handling = one(of(spans, 'test.echo'))
    expect(handling).to.include({ name: 'process test', kind: 5 })
    expect(handling.attributes).to.include({ 'parley.event.type': noted.type, 'parley.tenant.id': tenantA })
    expect(one(of(spans, 'test.end'))).to.include({ traceId: handling.traceId, parentSpanId: handling.spanId })
    const sent = spans.find(({ name }) => name === 'send test')
    expect(sent).to.include({ spanId: handling.parentSpanId, kind: 4 })
    expect(gapsIn(spans)).to.deep.equal([])
  })

  it('is not lost in a batch: each event is handled in its own trace, linked with the batch', async () => {
    const events = engine()
    for (const n of [1, 2, 3]) await bench.send(events, [{ key: `k${n}`, n }])
    events.subscribe('test', echoing())
    events.subscribe('test', { id: 'end', on: [echoed], async handle() {} })
    await events.start()
    await bench.drained(events, ['test.echo', 'test.end'])
    const spans = await collected.finish()
    const batch = one(of(spans, 'test.echo').filter(({ attributes }) => 'messaging.batch.message_count' in attributes))
    const single = of(spans, 'test.echo').filter((span) => span !== batch)
    expect(batch).to.include({ name: 'process test', parentSpanId: '' })
    expect(single.map(({ traceId }) => traceId).sort()).to.deep.equal(batch.links.map(({ traceId }) => traceId).sort())
    expect(new Set(single.map(({ traceId }) => traceId)).size).to.equal(3)
    for (const span of single) expect(span.links.map(({ spanId }) => spanId)).to.deep.equal([batch.spanId])
    const ends = of(spans, 'test.end').filter(({ parentSpanId }) => parentSpanId !== '')
    const causes = new Map(single.map((span) => [span.spanId, span.traceId]))
    expect(ends.map(({ parentSpanId, traceId }) => causes.get(parentSpanId) === traceId)).to.deep.equal([
      true,
      true,
      true,
    ])
    expect(gapsIn(spans)).to.deep.equal([])
  })

  it('goes on in a keyed handler, and in the lane of an event that failed', async () => {
    const events = engine()
    events.subscribe(
      'test',
      echoing({
        mode: 'keyed',
        retry: { max: 3, baseMs: 10, capMs: 10 },
        async handle(deliveries) {
          if (deliveries[0]?.attempt === 1) throw new Error('My card is 4111 1111 1111 1111')
        },
      }),
    )
    await events.start()
    await bench.send(events, [{ key: 'a', n: 1 }])
    await until(async () => {
      bench.clock.advance(1_000)
      return (await events.lag('test.echo')).some(({ events: left, parked }) => left === 0 && parked === 0)
    })
    const spans = await collected.finish()
    const tries = of(spans, 'test.echo')
    expect(new Set(tries.map(({ traceId }) => traceId)).size).to.equal(1)
    expect(tries.length).to.be.greaterThan(1)
    expect(JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.to.include(
      '4111',
    )
    expect(gapsIn(spans)).to.deep.equal([])
  })

  it('covers a stream’s delivery until it comes back, whoever publishes for it, and shows a failure', async () => {
    const events = engine()
    await using knex = closing(openPool({ url: bench.db.appUrl, applicationName: 'parley-test-stream' }))
    const database = new TransactionRunner({ knex: knex.pool, events })
    const waiting: StreamDelivery[] = []
    const gathered: EventStream = {
      id: 'gather',
      on: [noted],
      pipe: (source: Observable<StreamDelivery>) =>
        source.pipe(
          filter((delivery) => waiting.push(delivery) === 2),
          // As a micro-batch does: one transaction for both, out of the second one's context.
          mergeMap(async () => {
            await database.transaction(tenantA, async (uow) => {
              for (const { event } of waiting)
                uow.publish({ type: echoed, key: event.id, data: event.data as Note, causationId: event.id })
            })
            waiting[0]?.ack()
            waiting[1]?.nack(new TypeError('once'), { delayMs: 60_000 })
          }),
        ),
    }
    events.stream('test', gathered)
    events.subscribe('test', { id: 'end', on: [echoed], batch: 1, async handle() {} })
    await events.start()
    await bench.send(events, [{ key: 'a', n: 1 }])
    await bench.send(events, [{ key: 'b', n: 2 }])
    await bench.drained(events, ['test.end'])
    await until(async () => (await events.lag('test.gather'))[0]?.parked === 1)
    const spans = await collected.finish()
    const [first, second] = of(spans, 'test.gather')
    expect(first?.traceId).not.to.equal(second?.traceId)
    expect(second?.attributes['error.type']).to.equal('TypeError')
    const ends = of(spans, 'test.end').filter(({ parentSpanId }) => parentSpanId !== '')
    expect(ends.map(({ parentSpanId }) => parentSpanId).sort()).to.deep.equal([first?.spanId, second?.spanId].sort())
    expect(gapsIn(spans)).to.deep.equal([])
  })

  it('is left as it is by calls that share a flush: the commit is linked to each', async () => {
    const events = engine()
    await Promise.all([1, 2, 3].map((n) => bench.send(events, [{ key: `k${n}`, n }])))
    const spans = await collected.finish()
    const sends = spans.filter(({ name }) => name === 'send test')
    const flush = one(spans.filter(({ name }) => name === 'log flush'))
    expect(new Set(sends.map(({ traceId }) => traceId)).size).to.equal(3)
    expect(flush.links.map(({ spanId }) => spanId).sort()).to.deep.equal(sends.map(({ spanId }) => spanId).sort())
    expect(gapsIn(spans)).to.deep.equal([])
  })
})
