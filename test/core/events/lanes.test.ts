import { expect } from 'chai'
import type { EventEngine } from '../../../core/events/index.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import type { EventHandler } from '../../../core/plugin/handler.ts'
import { byKey, EventBench, echoed, type Note, noted, range, record, until } from './kit.ts'

describe('what fails', () => {
  let bench: EventBench
  let bad = new Set<number>()
  const tries = new Map<number, number>()
  beforeEach(async () => {
    bench = await EventBench.open()
    bad = new Set()
    tries.clear()
  })
  afterEach(() => bench.close())

  function handler(overrides: Partial<EventHandler> = {}): EventHandler {
    return {
      id: 'h',
      on: [noted],
      retry: { max: 3, baseMs: 100, capMs: 1000 },
      async handle(deliveries, uow) {
        for (const { event } of deliveries) {
          const { n } = event.data as Note
          tries.set(n, (tries.get(n) ?? 0) + 1)
          if (bad.has(n)) throw new Error(`cannot do ${n} with token=abc123secret`)
        }
        await record(deliveries, uow, 'p.h')
      },
      ...overrides,
    }
  }

  async function dead(engine: EventEngine, count: number): Promise<void> {
    await until(async () => {
      bench.clock.advance(500)
      return (await engine.dead.list()).letters.length === count
    })
  }

  it('is retried with growing pauses by the kernel’s clock, and is dead after the last try', async () => {
    bad = new Set([1])
    const engine = bench.engine()
    engine.subscribe('p', handler())
    await engine.start()
    await bench.send(engine, [
      { key: 'a', n: 1 },
      { key: 'a', n: 2 },
      { key: 'b', n: 3 },
    ])
    await until(async () => (await bench.effects()).length === 1)
    const [lane] = await bench.admin<{ next_at: Date; attempt: number }>('select * from parley.lane')
    expect(lane?.attempt).to.equal(1)
    expect((lane?.next_at.getTime() ?? 0) - bench.clock.millis()).to.be.within(80, 120)
    const before = tries.get(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(tries.get(1)).to.equal(before)
    await dead(engine, 1)
    await bench.drained(engine, ['p.h'])
    expect(byKey(await bench.effects())).to.deep.equal({ a: [2], b: [3] })
  })

  it('can be looked at, without the secrets in its error, and be replayed or discarded', async () => {
    bad = new Set([1, 4])
    const engine = bench.engine()
    engine.subscribe('p', handler())
    await engine.start()
    await bench.send(
      engine,
      range(0, 6).map((n) => ({ key: 'a', n })),
    )
    await dead(engine, 2)
    await bench.drained(engine, ['p.h'])
    const { letters } = await engine.dead.list({ group: 'p.h', type: noted.type })
    const [four, one] = letters
    if (one === undefined || four === undefined) throw new Error('two letters were awaited')
    const detail = await engine.dead.inspect('p.h', one.position)
    expect(detail?.event?.data).to.deep.equal({ n: 1 })
    expect(detail?.error[0]?.message).to.equal('cannot do 1 with token=***')
    bad = new Set()
    expect(await engine.dead.replay('p.h', [one.position])).to.equal(1)
    await until(async () => (await bench.effects()).some(({ n }) => n === 1))
    expect(await engine.dead.discard('p.h', [four.position])).to.equal(1)
    expect((await engine.dead.list()).letters).to.deep.equal([])
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n)).to.deep.equal([0, 2, 3, 5, 1])
  })

  it('pages through dead letters, newest first', async () => {
    bad = new Set(range(0, 5))
    const engine = bench.engine()
    engine.subscribe('p', handler({ retry: { max: 1 } }))
    await engine.start()
    for (const n of range(0, 5)) {
      await bench.send(engine, [{ key: `k${n}`, n }])
      await dead(engine, n + 1)
    }
    const first = await engine.dead.list({ limit: 3 })
    const second = await engine.dead.list({ limit: 3, ...(first.cursor === undefined ? {} : { cursor: first.cursor }) })
    const times = [...first.letters, ...second.letters].map(({ diedAt }) => diedAt.getTime())
    expect(times).to.have.length(5)
    expect(times).to.deep.equal(times.toSorted((a, b) => b - a))
    expect(second.cursor).to.equal(undefined)
    const madeUp = await engine.dead.list({ cursor: 'bm90aGluZw' }).catch((error: { code: string }) => error.code)
    expect(madeUp).to.equal('cursor.invalid')
  })

  it('keeps its key blocked with onDead block-key until an operator decides', async () => {
    bad = new Set([1])
    const engine = bench.engine()
    engine.subscribe('p', handler({ onDead: 'block-key', retry: { max: 2, baseMs: 10, capMs: 10 } }))
    await engine.start()
    await bench.send(
      engine,
      range(0, 5).map((n) => ({ key: 'a', n })),
    )
    await dead(engine, 1)
    await bench.send(engine, [
      { key: 'a', n: 5 },
      { key: 'b', n: 6 },
    ])
    await until(async () => (await bench.effects()).length === 2)
    bad = new Set()
    const { letters } = await engine.dead.list()
    await engine.dead.replay(
      'p.h',
      letters.map(({ position }) => position),
    )
    await bench.drained(engine, ['p.h'])
    expect(byKey(await bench.effects()).a).to.deep.equal([0, 1, 2, 3, 4, 5])
  })

  it('costs no try when something else is down', async () => {
    let down = true
    const engine = bench.engine()
    engine.subscribe(
      'p',
      handler({
        async handle(deliveries, uow) {
          if (down) throw new UnavailableError('vendor.down', 'not now')
          await record(deliveries, uow, 'p.h')
        },
      }),
    )
    await engine.start()
    await bench.send(engine, [{ key: 'a', n: 1 }])
    for (let i = 0; i < 6; i++) {
      await until(
        async () =>
          (await bench.admin('select * from parley.lane where next_at > ?', [bench.clock.now()])).length === 1,
      )
      bench.clock.advance(1100)
    }
    down = false
    bench.clock.advance(1100)
    await bench.drained(engine, ['p.h'])
    expect(await bench.effects()).to.have.length(1)
    expect((await bench.effects())[0]?.attempt).to.equal(1)
  })

  it('is found among those that share a batch with it when it overruns the deadline', async () => {
    const engine = bench.engine()
    engine.subscribe(
      'p',
      handler({
        timeoutMs: 250,
        retry: { max: 2, baseMs: 10, capMs: 10 },
        async handle(deliveries, uow) {
          if (deliveries.some(({ event }) => (event.data as Note).n === 7)) {
            await new Promise((resolve) => setTimeout(resolve, 400))
          }
          await record(deliveries, uow, 'p.h')
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 12).map((n) => ({ key: `k${n}`, n })),
    )
    await dead(engine, 1)
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n).toSorted((a, b) => a - b)).to.deep.equal(
      range(0, 12).filter((n) => n !== 7),
    )
    expect((await engine.dead.list()).letters[0]?.error[0]?.code).to.equal('handler.timeout')
  })

  it('is found when the handler swallows the database error that spoilt its transaction', async () => {
    const engine = bench.engine()
    engine.subscribe(
      'p',
      handler({
        retry: { max: 1 },
        async handle(deliveries, uow) {
          if (deliveries.some(({ event }) => (event.data as Note).n === 2))
            await uow.trx.raw('select 1 / 0').catch(() => undefined)
          await record(deliveries, uow, 'p.h').catch(() => undefined)
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 6).map((n) => ({ key: `k${n}`, n })),
    )
    await dead(engine, 1)
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n).toSorted()).to.deep.equal([0, 1, 3, 4, 5])
  })

  it('leaves no effect and no published event behind; what went well leaves both', async () => {
    bad = new Set([2])
    const engine = bench.engine()
    engine.subscribe('p', {
      ...handler({ retry: { max: 1 } }),
      async handle(deliveries, uow) {
        await record(deliveries, uow, 'p.h')
        for (const { event } of deliveries) {
          const { n } = event.data as Note
          uow.publish({ type: echoed, key: 'out', data: { n }, causationId: event.id })
          if (bad.has(n)) throw new Error('after its effect')
        }
      },
    })
    await engine.start()
    await bench.send(
      engine,
      range(0, 5).map((n) => ({ key: `k${n}`, n })),
    )
    await dead(engine, 1)
    await bench.drained(engine, ['p.h'])
    const done = [0, 1, 3, 4]
    expect((await bench.effects()).map(({ n }) => n).toSorted()).to.deep.equal(done)
    const log = await bench.admin<{ id: string; topic: string; data: Note; headers: Record<string, string> }>(
      'select id, topic, data, headers from parley.log order by topic, off',
    )
    const causes = new Map(log.filter(({ topic }) => topic === 'test').map((row) => [row.data.n, row]))
    const echoes = log.filter(({ topic }) => topic === 'echo')
    expect(echoes.map(({ data }) => data.n).toSorted()).to.deep.equal(done)
    for (const { data, headers } of echoes) {
      expect(headers.causationid).to.equal(causes.get(data.n)?.id)
      expect(headers.correlationid).to.equal(causes.get(data.n)?.headers.correlationid)
      expect(headers.source).to.equal('/plugins/p')
    }
  })
})
