import { expect } from 'chai'
import { tap } from 'rxjs'
import type { EventEngine } from '../../../core/events/index.ts'
import { byKey, EventBench, type Note, noted, range, record, tenantA, tenantB } from './kit.ts'

describe('fairness between tenants', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  const flood = 6000
  const settings = { read: { window: 200 }, fairness: { minBacklog: 100, perTenant: 40 } }

  async function store(engine: EventEngine): Promise<void> {
    await bench.send(
      engine,
      range(0, flood).map((n) => ({ tenant: tenantA, key: `k${n % 50}`, n })),
    )
    await bench.send(
      engine,
      range(0, 20).map((n) => ({ tenant: tenantB, key: `k${n % 5}`, n })),
    )
  }

  for (const mode of ['serial', 'keyed'] as const) {
    it(`lets a small tenant pass another’s flood (${mode})`, async () => {
      const engine = bench.engine({ settings })
      await store(engine)
      engine.subscribe('p', {
        id: mode,
        on: [noted],
        mode,
        batch: 50,
        async handle(deliveries, uow) {
          await record(deliveries, uow, `p.${mode}`)
          // Work that takes its time, by the event: ten times what parking takes.
          await new Promise((resolve) => setTimeout(resolve, deliveries.length / 4))
        },
      })
      await engine.start()
      await bench.drained(engine, [`p.${mode}`], 60_000)
      const effects = await bench.effects()
      expect(effects).to.have.length(flood + 20)
      const lastOfSmall = effects.findLastIndex(({ tenant_id }) => tenant_id === tenantB)
      expect(lastOfSmall).to.be.lessThan(flood / 2)
      for (const tenant of [tenantA, tenantB]) {
        for (const numbers of Object.values(byKey(effects.filter(({ tenant_id }) => tenant_id === tenant)))) {
          expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
        }
      }
    }).timeout(70_000)
  }

  it('lets a small tenant pass another’s flood (stream)', async () => {
    const engine = bench.engine({ settings })
    await store(engine)
    const order: { tenant: string; key: string; n: number }[] = []
    engine.stream('p', {
      id: 's',
      on: [noted],
      prefetch: 100,
      pipe: (source) =>
        source.pipe(
          tap((delivery) => {
            setTimeout(() => {
              const { tenantid, partitionkey } = delivery.event
              order.push({ tenant: tenantid, key: partitionkey, n: (delivery.event.data as Note).n })
              delivery.ack()
            }, 20)
          }),
        ),
    })
    await engine.start()
    await bench.drained(engine, ['p.s'], 60_000)
    expect(order).to.have.length(flood + 20)
    expect(order.findLastIndex(({ tenant }) => tenant === tenantB)).to.be.lessThan(flood / 2)
    for (const numbers of Object.values(byKey(order))) expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
  }).timeout(70_000)

  it('parks nothing while one tenant is alone', async () => {
    const engine = bench.engine({ settings })
    await bench.send(
      engine,
      range(0, 2000).map((n) => ({ key: `k${n % 50}`, n })),
    )
    let parked = 0
    engine.subscribe('p', {
      id: 'h',
      on: [noted],
      async handle(deliveries, uow) {
        await record(deliveries, uow, 'p.h')
        parked += (await engine.lag('p.h'))[0]?.parked ?? 0
      },
    })
    await engine.start()
    await bench.drained(engine, ['p.h'])
    expect(parked).to.equal(0)
  })
})
