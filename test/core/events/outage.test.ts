import { expect } from 'chai'
import { tap } from 'rxjs'
import type { EventTransport } from '../../../core/contracts/ports/event-transport.ts'
import { PostgresTransport } from '../../../core/events/postgres-transport.ts'
import { LogStore } from '../../../core/events/store/log-store.ts'
import { byKey, EventBench, type Note, noted, range, record } from './kit.ts'

describe('when the database goes away', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  it('every consumer goes on where it was, and no effect is lost or made twice', async () => {
    const engine = bench.engine()
    const sender = bench.engine({ knex: bench.db.knex })
    const seen: number[] = []
    for (const mode of ['serial', 'keyed'] as const) {
      engine.subscribe('p', {
        id: mode,
        mode,
        on: [noted],
        retry: { max: 1 },
        handle: (deliveries, uow) => record(deliveries, uow, `p.${mode}`),
      })
    }
    engine.stream('p', {
      id: 'stream',
      on: [noted],
      pipe: (source) =>
        source.pipe(
          tap((delivery) => {
            seen.push((delivery.event.data as Note).n)
            delivery.ack()
          }),
        ),
    })
    await engine.start()
    for (let from = 0; from < 1000; from += 100) {
      await bench.send(
        sender,
        range(from, from + 100).map((n) => ({ key: `k${n % 20}`, n })),
      )
      await bench.admin(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'parley-test-engine' and datname = current_database()`,
      )
    }
    await bench.drained(sender, ['p.serial', 'p.keyed', 'p.stream'])
    for (const group of ['p.serial', 'p.keyed']) {
      const effects = await bench.effects(group)
      expect(effects).to.have.length(1000)
      for (const numbers of Object.values(byKey(effects)))
        expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b))
    }
    expect(new Set(seen).size).to.equal(1000)
    expect((await engine.dead.list()).letters).to.deep.equal([])
  })
})

describe('another transport', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  it('may feed the deliveries: the handlers and their cursors are the same', async () => {
    const store = new LogStore(bench.db.knex, 32)
    const log = new PostgresTransport(store)
    let reads = 0
    // As a broker would: only what it has fetched already, a little at a time, with its own wake-ups.
    const transport: EventTransport = {
      read: (ranges, limit) => {
        reads += 1
        return log.read(ranges, Math.min(limit, 20))
      },
      onArrival: (listener) => {
        const timer = setInterval(() => listener(['test']), 20)
        return () => clearInterval(timer)
      },
    }
    const engine = bench.engine({ transport, settings: { read: { pollMs: 60_000, idlePollMs: 60_000 } } })
    engine.subscribe('p', { id: 'h', on: [noted], handle: (deliveries, uow) => record(deliveries, uow, 'p.h') })
    await bench.send(
      engine,
      range(0, 200).map((n) => ({ key: `k${n % 10}`, n })),
    )
    await engine.start()
    await bench.drained(engine, ['p.h'])
    expect(await bench.effects()).to.have.length(200)
    expect(reads).to.be.greaterThan(5)
  })
})
