import { expect } from 'chai'
import type { EventEngine } from '../../../core/events/index.ts'
import type { EventHandler } from '../../../core/plugin/handler.ts'
import { byKey, EventBench, noted, range, record, until } from './kit.ts'

describe('several processes on one group', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  const modes = ['serial', 'keyed'] as const

  function handler(mode: 'serial' | 'keyed', owner: string, pauseMs = 0): EventHandler {
    return {
      id: mode,
      on: [noted],
      mode,
      async handle(deliveries, uow) {
        await record(deliveries, uow, `p.${mode}`, owner)
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      },
    }
  }

  const leases = () =>
    bench.admin<{ owner: string; n: string }>('select owner, count(*) as n from parley.lease group by owner order by 2')

  async function shared(count: number): Promise<void> {
    await until(async () => {
      const counts = (await leases()).map(({ n }) => Number(n))
      return (
        counts.length === count &&
        counts.reduce((sum, n) => sum + n, 0) === 32 &&
        (counts[0] ?? 0) >= Math.floor(32 / count)
      )
    })
  }

  for (const mode of modes) {
    it(`share the partitions of a ${mode} handler fairly; every event is handled once, in order`, async () => {
      const engines: EventEngine[] = []
      for (const owner of ['one', 'two', 'three']) {
        const engine = bench.engine()
        engine.subscribe('p', handler(mode, owner))
        await engine.start()
        engines.push(engine)
      }
      await shared(3)
      const [first] = engines
      if (first === undefined) throw new Error('no engine')
      await bench.send(
        first,
        range(0, 1500).map((n) => ({ key: `k${n % 60}`, n })),
      )
      await bench.drained(first, [`p.${mode}`])
      const effects = await bench.effects()
      expect(effects).to.have.length(1500)
      expect(new Set(effects.map(({ owner }) => owner)).size).to.equal(3)
      for (const numbers of Object.values(byKey(effects)))
        expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
    })

    it(`hand over at once what one of them gives back when it stops (${mode})`, async () => {
      const one = bench.engine()
      const two = bench.engine()
      for (const [engine, owner] of [
        [one, 'one'],
        [two, 'two'],
      ] as const) {
        engine.subscribe('p', handler(mode, owner))
        await engine.start()
      }
      await shared(2)
      const began = performance.now()
      await one.stop(1000)
      await shared(1)
      expect(performance.now() - began).to.be.lessThan(1000)
      await bench.send(
        two,
        range(0, 100).map((n) => ({ key: `k${n}`, n })),
      )
      await bench.drained(two, [`p.${mode}`])
      expect((await bench.effects()).every(({ owner }) => owner === 'two')).to.equal(true)
    })

    it(`do no harm when each of them believes that all partitions are its own (${mode})`, async () => {
      const engines = ['one', 'two', 'three'].map((owner) => {
        const engine = bench.engine()
        engine.subscribe('p', handler(mode, owner, 2))
        return engine
      })
      const [first, second] = engines
      if (first === undefined || second === undefined) throw new Error('no engine')
      await bench.send(first, [{ key: 'k0', n: -1 }])
      // Three zombies: all leases belong to everybody.
      await bench.admin(`create or replace function parley.lease_tick(p_owner text, p_groups json, p_ttl_ms integer)
        returns table (grp text, topic text, part integer) language sql security definer set search_path = pg_catalog, parley as $$
        select 'p.${mode}', h.topic, h.part from parley.log_head h where h.topic = 'test' $$`)
      await Promise.all(engines.map((engine) => engine.start()))
      const send = async (from: number, by: EventEngine) =>
        bench.send(
          by,
          range(from, from + 60).map((n) => ({ key: `k${n % 20}`, n })),
        )
      for (let from = 0; from < 300; from += 60) await send(from, first)
      await bench.drained(first, [`p.${mode}`])
      // However the three shared the first half, the second is left to two of them.
      await first.stop(5_000)
      for (let from = 300; from < 600; from += 60) await send(from, second)
      await bench.drained(second, [`p.${mode}`])
      const effects = await bench.effects()
      expect(effects).to.have.length(601)
      for (const numbers of Object.values(byKey(effects)))
        expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
      expect(effects.filter(({ n, owner }) => n >= 300 && owner === 'one')).to.deep.equal([])
    })
  }

  it('wake each other', async () => {
    const writer = bench.engine()
    const reader = bench.engine({ settings: { read: { pollMs: 60_000, idlePollMs: 60_000, notifyMs: 5 } } })
    reader.subscribe('p', handler('serial', 'reader'))
    await writer.start()
    await reader.start()
    await shared(1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const began = performance.now()
    await bench.send(writer, [{ key: 'a', n: 1 }])
    await until(async () => (await bench.effects()).length === 1)
    expect(performance.now() - began).to.be.lessThan(1000)
  })
})
