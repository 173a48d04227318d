import { expect } from 'chai'
import type { EventEngine } from '../../../../core/events/index.ts'
import { byKey, EventBench, type Note, noted, range, record, tenantA, until } from '../kit.ts'
import { MemoryBroker } from './memory-carrier.ts'

const quick = { carrier: { patienceMs: 200 }, read: { outageBaseMs: 20, outageCapMs: 100 } }

/** Every one of `count` notes once, each key in order. */
async function expectAllOnce(bench: EventBench, group: string, count: number): Promise<void> {
  const effects = await bench.effects(group)
  expect(effects.map(({ n }) => n).toSorted((a, b) => a - b)).to.deep.equal(range(0, count))
  for (const numbers of Object.values(byKey(effects))) expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
}

describe('events over a carrier', () => {
  let bench: EventBench
  let broker: MemoryBroker
  beforeEach(async () => {
    bench = await EventBench.open()
    broker = new MemoryBroker()
  })
  afterEach(() => bench.close())

  function engine(settings: object = {}): EventEngine {
    const made = bench.engine({ settings: { ...quick, ...settings }, embedded: true })
    made.carry(broker.connect(), { makeTopics: true })
    return made
  }

  function handle(on: EventEngine, id = 'h', mode: 'serial' | 'keyed' = 'serial'): void {
    on.subscribe('p', {
      id,
      mode,
      on: [noted],
      handle: (deliveries, uow) => record(deliveries, uow, `p.${id}`),
    })
  }

  const send = (through: EventEngine, from: number, to: number) =>
    bench.send(
      through,
      range(from, to).map((n) => ({ key: `k${n % 20}`, n })),
    )

  const isLive = (one: EventEngine) => one.carrier?.figures().reading.live === 32

  it('come to the handlers by delivery, and the log is not read for them', async () => {
    const one = engine()
    handle(one)
    await one.start()
    await until(() => isLive(one))
    const before = one.carrier?.figures().reading.refills
    await send(one, 0, 500)
    await bench.drained(one, ['p.h', 'carrier.relay'])
    await expectAllOnce(bench, 'p.h', 500)
    const figures = one.carrier?.figures()
    expect(figures?.reading).to.include({ delivered: 500, gaps: 0, overdue: 0, refills: before })
    expect(figures?.relay.sent).to.equal(500)
    expect(await one.carrier?.relayLag()).to.deep.equal([])
  })

  it('stand in the broker as they stand in the log: in their partitions, in their order', async () => {
    const one = engine({ carrier: { relayBatch: 7, relayFrom: 'earliest' } })
    await send(one, 0, 100)
    await one.start()
    await bench.drained(one, ['carrier.relay'])
    const parts = range(0, 32).map((part) => broker.records({ topic: 'test', part }))
    for (const records of parts) expect(records.map(({ off }) => Number(off))).to.deep.equal(range(0, records.length))
    expect(
      parts
        .flat()
        .map(({ event }) => (event.data as Note).n)
        .toSorted((a, b) => a - b),
    ).to.deep.equal(range(0, 100))
    expect(parts.flat()[0]?.event).to.include({ type: 'test.noted.v1', tenantid: tenantA, source: '/test' })
  })

  it('are handled while the broker is away, and relayed when it is back', async () => {
    const one = engine()
    for (const mode of ['serial', 'keyed'] as const) handle(one, mode, mode)
    await one.start()
    await until(() => isLive(one))
    await send(one, 0, 100)
    broker.goDown()
    await send(one, 100, 300)
    await bench.drained(one, ['p.serial', 'p.keyed'])
    expect((await one.lag('carrier.relay'))[0]?.events).to.be.greaterThan(0)
    broker.comeUp()
    await send(one, 300, 400)
    await bench.drained(one, ['p.serial', 'p.keyed', 'carrier.relay'])
    for (const group of ['p.serial', 'p.keyed']) await expectAllOnce(bench, group, 400)
  })

  it('start without a broker, which may come later', async () => {
    broker.goDown()
    const one = engine()
    handle(one)
    await one.start()
    await send(one, 0, 50)
    await bench.drained(one, ['p.h'])
    broker.comeUp()
    await until(() => isLive(one))
    await send(one, 50, 100)
    await bench.drained(one, ['p.h', 'carrier.relay'])
    await expectAllOnce(bench, 'p.h', 100)
  })

  it('are neither lost, doubled nor reordered by a broker that repeats, skips and throws its followers out', async () => {
    broker.mischief = 0.2
    const engines = [engine({ carrier: { patienceMs: 100, buffer: 5 } }), engine({ carrier: { patienceMs: 100 } })]
    for (const one of engines) {
      handle(one, 'serial', 'serial')
      handle(one, 'keyed', 'keyed')
      await one.start()
    }
    for (let from = 0; from < 2000; from += 100) {
      await send(engines[(from / 100) % 2] as EventEngine, from, from + 100)
      if (from % 400 === 0) broker.rejoin()
      if (from % 500 === 200) broker.goDown()
      if (from % 500 === 300) broker.comeUp()
    }
    await bench.drained(engines[0] as EventEngine, ['p.serial', 'p.keyed', 'carrier.relay'])
    for (const group of ['p.serial', 'p.keyed']) await expectAllOnce(bench, group, 2000)
  })

  it('are found in the log when no relay brings them', async () => {
    const one = engine()
    handle(one)
    await one.start()
    await until(() => isLive(one))
    // Whoever believes to relay, sends nothing: a lease that nobody serves.
    await bench.admin(`update parley.cursor set low = low + 1000000 where grp = 'carrier.relay'`)
    await one.carrier?.stop()
    const reader = engine()
    handle(reader, 'late')
    await reader.start()
    await until(() => isLive(reader))
    await send(reader, 0, 20)
    await bench.drained(reader, ['p.late'])
    expect(reader.carrier?.figures().reading.overdue).to.be.greaterThan(0)
  })

  it('are shared by processes with and without a carrier, and moved from one to the other under load', async () => {
    const embedded = bench.engine({ settings: quick, embedded: true })
    const carried = engine()
    handle(embedded)
    handle(carried)
    await embedded.start()
    await send(embedded, 0, 300)
    await carried.start()
    await send(carried, 300, 600)
    await embedded.stop(2_000)
    await send(carried, 600, 900)
    const after = bench.engine({ settings: quick, embedded: true })
    handle(after)
    await after.start()
    await carried.stop(2_000)
    await send(after, 900, 1200)
    await bench.drained(after, ['p.h'])
    await expectAllOnce(bench, 'p.h', 1200)
    expect((await after.lag()).map(({ group }) => group)).to.deep.equal(['p.h'])
  })

  it('are sent again by a relay that died before it knew that they had arrived', async () => {
    let deaths = 0
    const one = bench.engine({
      embedded: true,
      settings: { ...quick, carrier: { ...quick.carrier, relayBatch: 10 } },
      crashPoint: (point) => {
        if (point !== 'relay-sent-before-low' || deaths >= 5) return
        deaths += 1
        throw new Error('a death between the send and the cursor')
      },
    })
    one.carry(broker.connect(), { makeTopics: true })
    handle(one)
    await one.start()
    await until(() => isLive(one))
    await send(one, 0, 300)
    await bench.drained(one, ['p.h', 'carrier.relay'])
    await expectAllOnce(bench, 'p.h', 300)
    expect(deaths).to.equal(5)
    const sent = range(0, 32).flatMap((part) => broker.records({ topic: 'test', part }))
    expect(sent.length).to.be.greaterThan(300)
  })
})
