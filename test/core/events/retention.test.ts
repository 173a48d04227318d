import { expect } from 'chai'
import { EventBench, type Note, noted, range, record, tenantA, tenantB } from './kit.ts'

const day = 86_400_000

describe('what the log keeps', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  it('deletes raw webhook calls and dedupe keys after their time, each after its own', async () => {
    const engine = bench.engine({ settings: { retention: { webhookDays: 2, dedupeDays: 10, batch: 2 } } })
    for (const n of range(0, 5)) {
      await engine.ingest({
        webhook: {
          adapter: 't',
          endpointId: 'e',
          tenantId: null,
          body: Buffer.from('{}'),
          headers: {},
          receivedAt: bench.clock.now(),
        },
        items: [
          {
            tenantId: tenantA,
            source: '/t',
            event: { type: noted, key: 'k', data: { n } },
            dedupeScope: 's',
            dedupeKey: `${n}`,
          },
        ],
      })
      bench.clock.advance(day)
    }
    expect(await engine.retain()).to.deep.equal({ webhooks: 3, dedupeKeys: 0, segments: 0 })
    bench.clock.advance(20 * day)
    expect(await engine.retain()).to.deep.equal({ webhooks: 2, dedupeKeys: 5, segments: 0 })
    expect(await bench.admin('select * from parley.log')).to.have.length(5)
  })

  it('drops whole segments of the log, but none that a group has still to read', async () => {
    const settings = { retention: { logDays: 10, segmentDays: 5 } }
    const engine = bench.engine({ settings })
    engine.subscribe('p', { id: 'h', on: [noted], handle: (deliveries, uow) => record(deliveries, uow, 'p.h') })
    await engine.start()
    const segments = async () =>
      (await bench.admin<{ seg: number }>('select seg from parley.log_segment order by 1')).map(({ seg }) => seg)
    for (const n of range(0, 4)) {
      await bench.send(engine, [{ key: 'a', n }])
      await bench.drained(engine, ['p.h'])
      bench.clock.advance(6 * day)
      await engine.retain()
    }
    const kept = await segments()
    expect(kept.length).to.be.within(2, 3)
    expect(kept[0]).to.be.greaterThan(1)
    await bench.send(
      engine,
      range(4, 8).map((n) => ({ key: 'a', n })),
    )
    await bench.drained(engine, ['p.h'])
    expect((await bench.effects()).map(({ n }) => n)).to.deep.equal(range(0, 8))
    await engine.stop(1000)
    const behind = bench.engine({ settings })
    await bench.send(behind, [{ key: 'a', n: 8 }])
    for (const _ of range(0, 4)) {
      bench.clock.advance(30 * day)
      await behind.retain()
    }
    behind.subscribe('p', { id: 'h', on: [noted], handle: (deliveries, uow) => record(deliveries, uow, 'p.h') })
    await behind.start()
    await bench.drained(behind, ['p.h'])
    expect((await bench.effects()).at(-1)?.n).to.equal(8)
  })

  it('lets a new group begin where the log begins', async () => {
    const engine = bench.engine({ settings: { retention: { logDays: 1, segmentDays: 1 } } })
    await bench.send(
      engine,
      range(0, 3).map((n) => ({ key: 'a', n })),
    )
    bench.clock.advance(5 * day)
    await engine.retain()
    await bench.send(
      engine,
      range(3, 6).map((n) => ({ key: 'a', n })),
    )
    bench.clock.advance(2 * day)
    await engine.retain()
    for (const mode of ['serial', 'keyed'] as const) {
      engine.subscribe('p', {
        id: mode,
        mode,
        on: [noted],
        handle: (deliveries, uow) => record(deliveries, uow, `p.${mode}`),
      })
    }
    await engine.start()
    await bench.drained(engine, ['p.serial', 'p.keyed'])
    expect((await bench.effects('p.serial')).map(({ n }) => n)).to.deep.equal(range(3, 6))
    expect((await bench.effects('p.keyed')).map(({ n }) => n)).to.deep.equal(range(3, 6))
  })

  it('blanks the personal fields of one tenant’s events of one key', async () => {
    const engine = bench.engine()
    await bench.send(engine, [
      { tenant: tenantA, key: 'a', n: 1, text: 'secret' },
      { tenant: tenantA, key: 'b', n: 2, text: 'other' },
      { tenant: tenantB, key: 'a', n: 3, text: 'foreign' },
      { tenant: tenantA, key: 'a', n: 4 },
    ])
    expect(await engine.erase(tenantA, 'a')).to.equal(1)
    const rows = await bench.admin<{ data: Note }>('select data from parley.log')
    expect(rows.map(({ data }) => data).toSorted((x, y) => x.n - y.n)).to.deep.equal([
      { n: 1, text: null },
      { n: 2, text: 'other' },
      { n: 3, text: 'foreign' },
      { n: 4 },
    ])
  })
})
