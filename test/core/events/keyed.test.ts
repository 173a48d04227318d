import { expect } from 'chai'
import type { EventHandler } from '../../../core/plugin/handler.ts'
import { byKey, EventBench, type Note, noted, range, record, until } from './kit.ts'

describe('a keyed handler', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  function handler(overrides: Partial<EventHandler> = {}): EventHandler {
    return {
      id: 'keyed',
      on: [noted],
      mode: 'keyed',
      batch: 10,
      retry: { max: 3, baseMs: 10, capMs: 20 },
      handle: (deliveries, uow) => record(deliveries, uow, 'p.keyed'),
      ...overrides,
    }
  }

  it('works on several keys at once, on none twice, and keeps each key’s order', async () => {
    const engine = bench.engine({ settings: { handler: { keyedConcurrency: 4 } } })
    const running = new Set<string>()
    let most = 0
    engine.subscribe(
      'p',
      handler({
        async handle(deliveries, uow) {
          const keys = new Set(deliveries.map(({ event }) => event.partitionkey))
          for (const key of keys) expect(running.has(key)).to.equal(false)
          for (const key of keys) running.add(key)
          most = Math.max(most, running.size)
          await new Promise((resolve) => setTimeout(resolve, 5))
          await record(deliveries, uow, 'p.keyed')
          for (const key of keys) running.delete(key)
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 400).map((n) => ({ key: `k${n % 40}`, n })),
    )
    await bench.drained(engine, ['p.keyed'])
    const effects = await bench.effects()
    expect(effects).to.have.length(400)
    expect(most).to.be.greaterThan(10)
    for (const numbers of Object.values(byKey(effects)))
      expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
    await until(async () => (await bench.admin('select * from parley.done')).length === 0)
  })

  it('goes on with the keys behind a slow one', async () => {
    const engine = bench.engine({ settings: { handler: { keyedConcurrency: 2 } } })
    const gate = Promise.withResolvers<void>()
    engine.subscribe(
      'p',
      handler({
        batch: 1,
        async handle(deliveries, uow) {
          if (deliveries.some(({ event }) => (event.data as Note).n === 0)) await gate.promise
          await record(deliveries, uow, 'p.keyed')
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 50).map((n) => ({ key: `k${n % 10}`, n })),
    )
    await until(async () => (await bench.effects()).length === 45)
    gate.resolve()
    await bench.drained(engine, ['p.keyed'])
    expect(byKey(await bench.effects()).k0).to.deep.equal([0, 10, 20, 30, 40])
  })

  it('parks a poison event’s key, gives the event up after its last try, and flows on', async () => {
    const engine = bench.engine()
    engine.subscribe(
      'p',
      handler({
        async handle(deliveries, uow) {
          if (deliveries.some(({ event }) => (event.data as Note).n === 3)) throw new Error('poison')
          await record(deliveries, uow, 'p.keyed')
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 20).map((n) => ({ key: `k${n % 2}`, n })),
    )
    await until(() => {
      bench.clock.advance(100)
      return bench.effects().then((effects) => effects.length === 19)
    })
    await bench.drained(engine, ['p.keyed'])
    expect(byKey(await bench.effects()).k1).to.deep.equal([1, 5, 7, 9, 11, 13, 15, 17, 19])
    const { letters } = await engine.dead.list({ group: 'p.keyed' })
    expect(letters).to.have.length(1)
    expect(letters[0]).to.include({ attempts: 3, type: noted.type })
  })
})
