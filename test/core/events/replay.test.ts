import { expect } from 'chai'
import type { ParleyError } from '../../../core/plugin/errors.ts'
import type { EventHandler } from '../../../core/plugin/handler.ts'
import { byKey, EventBench, type Note, noted, range, record, tenantA } from './kit.ts'

describe('replaying a group', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  function handler(overrides: Partial<EventHandler> = {}): EventHandler {
    const id = overrides.id ?? 'h'
    return { id, on: [noted], handle: (deliveries, uow) => record(deliveries, uow, `p.${id}`), ...overrides }
  }

  for (const mode of ['serial', 'keyed'] as const) {
    it(`builds a projection anew, clearing it in the transaction that sets the group back (${mode})`, async () => {
      const engine = bench.engine()
      engine.subscribe('p', handler({ mode }))
      await engine.start()
      await bench.send(
        engine,
        range(0, 200).map((n) => ({ key: `k${n % 9}`, n })),
      )
      await bench.drained(engine, ['p.h'])
      await bench.send(
        engine,
        range(200, 400).map((n) => ({ key: `k${n % 9}`, n })),
      )
      await engine.replay('p.h', 'earliest', {
        truncate: async (trx) => {
          await trx.raw('delete from effect')
        },
      })
      await bench.drained(engine, ['p.h'])
      const effects = await bench.effects()
      expect(effects.map(({ n }) => n).toSorted((a, b) => a - b)).to.deep.equal(range(0, 400))
      for (const numbers of Object.values(byKey(effects)))
        expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
    })
  }

  it('begins at a moment, or at a place in one partition; it never skips', async () => {
    const engine = bench.engine()
    engine.subscribe('p', handler())
    await engine.start()
    await bench.send(
      engine,
      range(0, 10).map((n) => ({ key: 'a', n })),
    )
    bench.clock.advance(60_000)
    const noon = bench.clock.now()
    await bench.send(
      engine,
      range(10, 20).map((n) => ({ key: 'a', n })),
    )
    await bench.drained(engine, ['p.h'])
    await engine.replay('p.h', noon)
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n)).to.deep.equal([...range(0, 20), ...range(10, 20)])
    const [row] = await bench.admin<{ topic: string; part: number; off: string }>(
      `select topic, part, off from parley.log where (data ->> 'n')::int = 17`,
    )
    if (row === undefined) throw new Error('no row')
    await engine.replay('p.h', { ...row, off: BigInt(row.off) })
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).slice(30).map(({ n }) => n)).to.deep.equal([17, 18, 19])
  })

  it('sets up a second group beside the first', async () => {
    const engine = bench.engine()
    engine.subscribe('p', handler())
    await engine.start()
    await bench.send(
      engine,
      range(0, 10).map((n) => ({ key: 'a', n })),
    )
    bench.clock.advance(60_000)
    const noon = bench.clock.now()
    await bench.send(
      engine,
      range(10, 20).map((n) => ({ key: 'a', n })),
    )
    await bench.drained(engine, ['p.h'])
    await engine.replay('p.h', noon, { into: 'p.second' })
    engine.subscribe('p', handler({ id: 'second' }))
    await bench.drained(engine, ['p.second'])
    expect((await bench.effects('p.second')).map(({ n }) => n)).to.deep.equal(range(10, 20))
    expect(await bench.effects('p.h')).to.have.length(20)
  })

  it('is refused for a handler that must not see old events again, and for a group that is not here', async () => {
    const engine = bench.engine()
    engine.subscribe('p', handler({ replayable: false }))
    await engine.start()
    const codes: string[] = []
    for (const group of ['p.h', 'p.other']) {
      await engine.replay(group, 'earliest').catch((error: ParleyError) => codes.push(error.code))
    }
    expect(codes).to.deep.equal(['replay.refused', 'event.group-unknown'])
  })

  it('forgets dead and parked events that it will meet again', async () => {
    let broken = true
    const engine = bench.engine()
    engine.subscribe(
      'p',
      handler({
        retry: { max: 1 },
        async handle(deliveries, uow) {
          if (broken && deliveries.some(({ event }) => (event.data as Note).n === 3)) throw new Error('broken')
          await record(deliveries, uow, 'p.h')
        },
      }),
    )
    await engine.start()
    await bench.send(
      engine,
      range(0, 6).map((n) => ({ tenant: tenantA, key: 'a', n })),
    )
    await bench.drained(engine, ['p.h'])
    expect((await engine.dead.list()).letters).to.have.length(1)
    broken = false
    await engine.replay('p.h', 'earliest', { truncate: async (trx) => void (await trx.raw('delete from effect')) })
    await bench.drained(engine, ['p.h'])
    expect((await engine.dead.list()).letters).to.have.length(0)
    expect((await bench.effects()).map(({ n }) => n)).to.deep.equal(range(0, 6))
  })
})
