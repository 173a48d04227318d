import { expect } from 'chai'
import type { EventHandler } from '../../../core/plugin/handler.ts'
import { byKey, EventBench, type Note, noted, range, record, until } from './kit.ts'

describe('a serial handler', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  function handler(overrides: Partial<EventHandler> = {}): EventHandler {
    return {
      id: 'serial',
      on: [noted],
      retry: { max: 3, baseMs: 20, capMs: 50 },
      handle: (deliveries, uow) => record(deliveries, uow, 'p.serial'),
      ...overrides,
    }
  }

  it('sees every event once, in the order of its key', async () => {
    const engine = bench.engine()
    engine.subscribe('p', handler())
    await engine.start()
    await bench.send(
      engine,
      range(0, 2000).map((n) => ({ key: `k${n % 17}`, n })),
    )
    await bench.drained(engine, ['p.serial'])
    const effects = await bench.effects()
    expect(effects).to.have.length(2000)
    for (const numbers of Object.values(byKey(effects)))
      expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
  })

  it('parks a failing event with its key while the other keys flow, and delivers in order once it is mended', async () => {
    let broken = true
    const engine = bench.engine()
    engine.subscribe(
      'p',
      handler({
        retry: { max: 50, baseMs: 20, capMs: 50 },
        async handle(deliveries, uow) {
          if (broken && deliveries.some(({ event }) => (event.data as Note).n === 10)) throw new Error('ten is bad')
          await record(deliveries, uow, 'p.serial')
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 100).map((n) => ({ key: `k${n % 5}`, n })),
    )
    await until(async () => (await bench.effects()).length === 80 + 2)
    expect((await engine.lag('p.serial'))[0]?.parked).to.equal(18)
    broken = false
    bench.clock.advance(1000)
    await bench.drained(engine, ['p.serial'])
    const effects = await bench.effects()
    expect(effects).to.have.length(100)
    expect(byKey(effects).k0).to.deep.equal(range(0, 20).map((n) => n * 5))
    expect(effects.find(({ n }) => n === 10)?.attempt).to.be.greaterThan(1)
  })
})
