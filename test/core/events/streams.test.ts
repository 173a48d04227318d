import { expect } from 'chai'
import { bufferTime, concatMap, filter, groupBy, ignoreElements, mergeMap, tap } from 'rxjs'
import type { EventStream, StreamDelivery } from '../../../core/plugin/handler.ts'
import { EventBench, type Note, noted, range, until } from './kit.ts'

describe('an event stream', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  const numberOf = (delivery: StreamDelivery) => (delivery.event.data as Note).n

  /** Collects what it is handed; the test acks. */
  function collector(overrides: Partial<EventStream> = {}): { seen: StreamDelivery[]; stream: EventStream } {
    const seen: StreamDelivery[] = []
    const stream: EventStream = {
      id: 's',
      on: [noted],
      retry: { max: 3, baseMs: 10, capMs: 20 },
      pipe: (source) => source.pipe(tap((delivery) => seen.push(delivery))),
      ...overrides,
    }
    return { seen, stream }
  }

  it('hands over no more than its prefetch until something is acked', async () => {
    const engine = bench.engine()
    const { seen, stream } = collector({ prefetch: 10 })
    engine.stream('p', stream)
    await engine.start()
    await bench.send(
      engine,
      range(0, 30).map((n) => ({ key: `k${n % 3}`, n })),
    )
    await until(() => seen.length === 10)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(seen).to.have.length(10)
    for (const delivery of seen.slice(0, 4)) delivery.ack()
    await until(() => seen.length === 14)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(seen).to.have.length(14)
    for (let i = 0; i < seen.length; i++) seen[i]?.ack()
    await until(() => {
      for (const delivery of seen) delivery.ack()
      return seen.length === 30
    })
    for (const delivery of seen) delivery.ack()
    await bench.drained(engine, ['p.s'])
    expect(seen.map(numberOf).toSorted((a, b) => a - b)).to.deep.equal(range(0, 30))
    await until(async () => (await bench.admin('select * from parley.done')).length === 0)
  })

  it('remembers acks out of order over a restart, and hands over again only what was not acked', async () => {
    const first = bench.engine()
    const one = collector()
    first.stream('p', one.stream)
    await first.start()
    await bench.send(
      first,
      range(0, 20).map((n) => ({ key: 'a', n })),
    )
    await until(() => one.seen.length === 20)
    for (const delivery of one.seen) if (numberOf(delivery) % 2 === 1) delivery.ack()
    await until(async () => (await bench.admin('select * from parley.done')).length === 10)
    await first.stop(50)
    const second = bench.engine()
    const two = collector()
    second.stream('p', two.stream)
    await second.start()
    await until(() => two.seen.length === 10)
    expect(two.seen.map(numberOf)).to.deep.equal(range(0, 10).map((n) => n * 2))
    for (const delivery of two.seen) delivery.ack()
    await bench.drained(second, ['p.s'])
  })

  it('parks the key of a nacked event: its later events wait, it comes again with a higher attempt', async () => {
    const engine = bench.engine()
    const { seen, stream } = collector({ prefetch: 1 })
    engine.stream('p', stream)
    await engine.start()
    await bench.send(engine, [
      { key: 'a', n: 1 },
      { key: 'a', n: 2 },
      { key: 'b', n: 3 },
      { key: 'b', n: 4 },
    ])
    const order: string[] = []
    await until(() => {
      for (const delivery of seen.splice(0)) {
        order.push(`${numberOf(delivery)}/${delivery.attempt}`)
        if (numberOf(delivery) === 1 && delivery.attempt === 1) delivery.nack(new Error('not yet'))
        else delivery.ack()
      }
      if (order.length >= 3) bench.clock.advance(100)
      return order.length === 5
    })
    const a = order.filter((entry) => ['1', '2'].includes(entry.slice(0, 1)))
    expect(a).to.deep.equal(['1/1', '1/2', '2/1'])
    expect(order.indexOf('4/1')).to.be.lessThan(order.indexOf('1/2'))
    await bench.drained(engine, ['p.s'])
  })

  it('takes back what is out behind a nacked event; an ack that comes all the same counts', async () => {
    const engine = bench.engine()
    const { seen, stream } = collector()
    engine.stream('p', stream)
    await engine.start()
    await bench.send(
      engine,
      range(0, 6).map((n) => ({ key: 'a', n })),
    )
    await bench.send(engine, [{ key: 'b', n: 6 }])
    await until(() => seen.length === 7)
    const of = (n: number) => seen.find((delivery) => numberOf(delivery) === n)
    of(0)?.ack()
    expect(of(2)?.signal.aborted).to.equal(false)
    of(1)?.nack(new Error('not yet'))
    expect(range(0, 7).filter((n) => of(n)?.signal.aborted)).to.deep.equal([2, 3, 4, 5])
    of(3)?.ack()
    of(6)?.ack()
    const again: string[] = []
    await until(() => {
      bench.clock.advance(100)
      for (const delivery of seen.splice(0)) {
        if (delivery.signal.aborted || ([0, 1, 6].includes(numberOf(delivery)) && delivery.attempt === 1)) continue
        again.push(`${numberOf(delivery)}/${delivery.attempt}`)
        delivery.ack()
      }
      return again.length === 4
    })
    expect(again).to.deep.equal(['1/2', '2/1', '4/1', '5/1'])
    await bench.drained(engine, ['p.s'])
    expect(await bench.admin('select * from parley.lane')).to.have.length(0)
  })

  it('counts no try for a nack that names its delay, and gives up after the last of the others', async () => {
    const engine = bench.engine()
    const { seen, stream } = collector()
    engine.stream('p', stream)
    await engine.start()
    await bench.send(engine, [{ key: 'a', n: 1 }])
    const attempts: number[] = []
    await until(async () => {
      bench.clock.advance(1000)
      for (const delivery of seen.splice(0)) {
        attempts.push(delivery.attempt)
        delivery.nack(new Error('no'), attempts.length <= 3 ? { delayMs: 500 } : {})
      }
      return (await engine.dead.list()).letters.length === 1
    })
    expect(attempts).to.deep.equal([1, 1, 1, 1, 2, 3])
    await bench.drained(engine, ['p.s'])
  })

  it('is restarted when its pipeline breaks; the event that broke it has failed a try, the others come again', async () => {
    const engine = bench.engine({ settings: { stream: { restartBaseMs: 10, restartCapMs: 20 } } })
    const handled: number[] = []
    let lives = 0
    engine.stream('p', {
      id: 's',
      on: [noted],
      retry: { max: 2, baseMs: 10, capMs: 10 },
      pipe(source) {
        lives += 1
        return source.pipe(
          tap((delivery) => {
            if (numberOf(delivery) === 5) throw new Error('five breaks it')
          }),
          tap((delivery) => {
            handled.push(numberOf(delivery))
            delivery.ack()
          }),
        )
      },
    })
    await engine.start()
    await bench.send(
      engine,
      range(0, 10).map((n) => ({ key: `k${n}`, n })),
    )
    await until(async () => {
      bench.clock.advance(100)
      return (await engine.dead.list()).letters.length === 1
    })
    await bench.drained(engine, ['p.s'])
    expect([...new Set(handled)].toSorted((a, b) => a - b)).to.deep.equal(range(0, 10).filter((n) => n !== 5))
    expect(lives).to.be.within(2, 4)
  })

  it('lets operators hold a burst together and work on keys side by side', async () => {
    const engine = bench.engine()
    const bursts: number[][] = []
    engine.stream('p', {
      id: 's',
      on: [noted],
      pipe: (source) =>
        source.pipe(
          groupBy((delivery) => delivery.event.partitionkey),
          mergeMap((key) =>
            key.pipe(
              bufferTime(60),
              filter((burst) => burst.length > 0),
              concatMap(async (burst) => {
                bursts.push(burst.map(numberOf))
                for (const delivery of burst) delivery.ack()
              }),
            ),
          ),
          ignoreElements(),
        ),
    })
    await engine.start()
    await bench.send(
      engine,
      range(0, 30).map((n) => ({ key: `k${n % 3}`, n })),
    )
    await bench.drained(engine, ['p.s'])
    expect(bursts.length).to.be.lessThan(10)
    expect(bursts.flat()).to.have.length(30)
  })

  it('finishes what it holds when it stops, and its operators let go of what they hold back', async () => {
    const engine = bench.engine()
    const handled: number[] = []
    engine.stream('p', {
      id: 's',
      on: [noted],
      pipe: (source) =>
        source.pipe(
          bufferTime(60_000),
          tap((burst) => {
            for (const delivery of burst) {
              handled.push(numberOf(delivery))
              delivery.ack()
            }
          }),
        ),
    })
    await engine.start()
    await bench.send(
      engine,
      range(0, 20).map((n) => ({ key: `k${n}`, n })),
    )
    await until(async () => (await engine.lag('p.s'))[0]?.events === 20)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const began = performance.now()
    await engine.stop(5_000)
    expect(performance.now() - began).to.be.lessThan(2_000)
    expect(handled).to.have.length(20)
    const [lag] = await bench.engine().lag('p.s')
    expect(lag).to.include({ events: 0, parked: 0 })
  })
})
