import { expect } from 'chai'
import Joi from 'joi'
import { filter, firstValueFrom, take, toArray } from 'rxjs'
import { EventRegistry } from '../../../core/events/index.ts'
import type { ParleyError } from '../../../core/plugin/errors.ts'
import { type Delivery, defineEvent } from '../../../core/plugin/event.ts'
import type { EventHandler } from '../../../core/plugin/handler.ts'
import { EventBench, echoed, type Note, noted, range, record, tenantA, tenantB, until } from './kit.ts'

describe('the event engine', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  function handler(overrides: Partial<EventHandler> = {}): EventHandler {
    return { id: 'h', on: [noted], handle: (deliveries, uow) => record(deliveries, uow, 'p.h'), ...overrides }
  }

  it('gives a handler the deliveries of one tenant at a time, and that tenant’s rows only', async () => {
    await bench.admin(`create table own (tenant_id uuid not null, n integer)`)
    await bench.admin(`alter table own enable row level security`)
    await bench.admin(
      `create policy t on own to parley_app using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
    )
    await bench.admin('grant all on own to parley_app')
    const engine = bench.engine()
    const counts: number[] = []
    engine.subscribe(
      'p',
      handler({
        async handle(deliveries, uow) {
          expect(new Set(deliveries.map(({ event }) => event.tenantid))).to.deep.equal(new Set([uow.tenantId]))
          await uow
            .trx('own')
            .insert(deliveries.map(({ event }) => ({ tenant_id: uow.tenantId, n: (event.data as Note).n })))
          const [row] = await uow.trx('own').countDistinct({ tenants: 'tenant_id' })
          counts.push(Number(row?.tenants))
        },
      }),
    )
    await bench.send(
      engine,
      range(0, 100).map((n) => ({ tenant: n % 2 === 0 ? tenantA : tenantB, key: `k${n % 7}`, n })),
    )
    await engine.start()
    await bench.drained(engine, ['p.h'])
    expect(new Set(counts)).to.deep.equal(new Set([1]))
    expect(await bench.admin('select * from own')).to.have.length(100)
  })

  it('passes over other types, and tenants for which the plugin is off', async () => {
    const engine = bench.engine({ gate: async (plugin, tenant) => plugin === 'p' && tenant === tenantA })
    engine.subscribe('p', handler())
    await bench.send(engine, [
      { tenant: tenantA, key: 'a', n: 1 },
      { tenant: tenantB, key: 'a', n: 2 },
    ])
    await engine.ingest({
      items: [
        {
          tenantId: tenantA,
          source: '/t',
          event: { type: echoed, key: 'a', data: { n: 3 } },
          dedupeScope: 's',
          dedupeKey: 'x',
        },
      ],
    })
    await engine.start()
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n)).to.deep.equal([1])
  })

  it('begins with the newest when the handler says so', async () => {
    const engine = bench.engine()
    await bench.send(
      engine,
      range(0, 50).map((n) => ({ key: `k${n}`, n })),
    )
    engine.subscribe('p', handler({ from: 'latest' }))
    await engine.start()
    await until(async () => (await engine.lag('p.h')).length === 1)
    await bench.send(
      engine,
      range(50, 60).map((n) => ({ key: `k${n}`, n })),
    )
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n).toSorted()).to.deep.equal(range(50, 60))
  })

  it('counts types that nobody here knows, and buries what cannot be decoded', async () => {
    const engine = bench.engine()
    const stranger = defineEvent<Note>({ ...noted, type: 'test.strange.v1' })
    const registry = new EventRegistry()
    registry.register([noted, stranger])
    const other = bench.engine({ registry })
    await other.ingest({
      items: [
        {
          tenantId: tenantA,
          source: '/t',
          event: { type: stranger, key: 'a', data: { n: 1 } },
          dedupeScope: 's',
          dedupeKey: 'x',
        },
      ],
    })
    await bench.send(engine, [
      { key: 'a', n: 2 },
      { key: 'a', n: 3 },
    ])
    await bench.admin(`update parley.log set headers = '{}' where (data ->> 'n')::int = 2`)
    engine.subscribe('p', handler())
    engine.subscribe(
      'p',
      handler({ id: 'k', mode: 'keyed', handle: (deliveries, uow) => record(deliveries, uow, 'p.k') }),
    )
    await engine.start()
    await bench.drained(engine, ['p.h', 'p.k'])
    expect(engine.unknownTypes.get('test.strange.v1')).to.equal(2)
    for (const group of ['p.h', 'p.k']) {
      expect((await bench.effects(group)).map(({ n }) => n)).to.deep.equal([3])
      const { letters } = await engine.dead.list({ group })
      expect(letters[0]?.error[0]?.code).to.equal('event.undecodable')
      const detail = letters[0] && (await engine.dead.inspect(group, letters[0].position))
      expect(JSON.parse(detail?.raw ?? '')).to.deep.equal({ data: { n: 2 }, headers: {} })
    }
  })

  it('says how far every group is behind, in events and seconds', async () => {
    const engine = bench.engine()
    const gate = Promise.withResolvers<void>()
    engine.subscribe(
      'p',
      handler({
        async handle(deliveries, uow) {
          await gate.promise
          await record(deliveries, uow, 'p.h')
        },
      }),
    )
    await engine.start()
    await until(async () => (await engine.lag('p.h')).length === 1)
    await bench.send(
      engine,
      range(0, 10).map((n) => ({ key: `k${n}`, n })),
    )
    bench.clock.advance(90_000)
    const [lag] = await engine.lag()
    expect(lag).to.deep.include({ group: 'p.h', events: 10, parked: 0, dead: 0, oldestLaneSeconds: 0 })
    expect(lag?.seconds).to.equal(90)
    gate.resolve()
    await bench.drained(engine, ['p.h'])
  })

  it('shows live views what is committed from now on, by whichever process', async () => {
    const engine = bench.engine()
    const other = bench.engine()
    await bench.send(engine, [{ key: 'a', n: 0 }])
    await engine.start()
    await other.start()
    const live = firstValueFrom(
      engine.tail([noted]).pipe(
        filter((delivery: Delivery) => delivery.event.tenantid === tenantA),
        take(3),
        toArray(),
      ),
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    await bench.send(other, [
      { key: 'a', n: 1 },
      { tenant: tenantB, key: 'a', n: 9 },
      { key: 'a', n: 2 },
    ])
    await bench.send(engine, [{ key: 'a', n: 3 }])
    expect((await live).map(({ event }) => (event.data as Note).n)).to.deep.equal([1, 2, 3])
  })

  it('refuses two consumers of one name, unknown types, and two schemas for one type', () => {
    const engine = bench.engine()
    engine.subscribe('p', handler())
    const codeOf = (work: () => unknown) => {
      try {
        work()
        return 'none'
      } catch (error) {
        return (error as ParleyError).code
      }
    }
    expect(codeOf(() => engine.subscribe('p', handler()))).to.equal('event.group-taken')
    expect(codeOf(() => engine.subscribe('q', handler({ on: [{ ...noted, type: 'x.y.v1' }] })))).to.equal(
      'event.unregistered',
    )
    expect(codeOf(() => bench.registry.register([{ ...noted, schema: echoed.schema }]))).to.equal('none')
    expect(codeOf(() => bench.registry.register([{ ...noted, topic: 'elsewhere' }]))).to.equal('event.conflict')
    expect(
      codeOf(() => bench.registry.register([{ ...noted, schema: noted.schema.keys({ text: Joi.number() }) }])),
    ).to.equal('event.conflict')
  })

  it('stops one consumer and leaves the others', async () => {
    const engine = bench.engine()
    const one = engine.subscribe('p', handler())
    engine.subscribe('p', handler({ id: 'k', handle: (deliveries, uow) => record(deliveries, uow, 'p.k') }))
    await engine.start()
    await bench.send(engine, [{ key: 'a', n: 1 }])
    await bench.drained(engine, ['p.h', 'p.k'])
    await one.stop()
    await bench.send(engine, [{ key: 'a', n: 2 }])
    await bench.drained(engine, ['p.k'])
    expect(await bench.effects('p.h')).to.have.length(1)
    expect(await bench.effects('p.k')).to.have.length(2)
  })

  it('gives up a handler that does not end when it stops, and the event comes again', async () => {
    const engine = bench.engine()
    const aborted = Promise.withResolvers<void>()
    engine.subscribe(
      'p',
      handler({
        async handle([first]) {
          first?.signal.addEventListener('abort', () => aborted.resolve())
          await new Promise<void>((resolve) => setTimeout(resolve, 3_000).unref())
        },
      }),
    )
    await engine.start()
    await bench.send(engine, [{ key: 'a', n: 1 }])
    await new Promise((resolve) => setTimeout(resolve, 200))
    const began = performance.now()
    await engine.stop(100)
    await aborted.promise
    expect(performance.now() - began).to.be.lessThan(1_500)
    const second = bench.engine()
    second.subscribe('p', handler())
    await second.start()
    await bench.drained(second, ['p.h'])
    expect(await bench.effects()).to.have.length(1)
  })
})
