import { expect } from 'chai'
import type { IngestBatch } from '../../../core/events/index.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import { EventBench, noted, range, tenantA, tenantB } from './kit.ts'

describe('the intake', () => {
  let bench: EventBench
  beforeEach(async () => {
    bench = await EventBench.open()
  })
  afterEach(() => bench.close())

  const item = (n: number, dedupeKey: string, tenantId = tenantA): IngestBatch['items'][number] => ({
    tenantId,
    source: '/adapters/test',
    event: { type: noted, key: 'k', data: { n } },
    dedupeScope: 'connection',
    dedupeKey,
  })
  const webhook = (): NonNullable<IngestBatch['webhook']> => ({
    adapter: 'test',
    endpointId: 'e',
    tenantId: null,
    body: Buffer.from([0, 1, 2, 255]),
    headers: { 'x-test': '1' },
    receivedAt: bench.clock.now(),
    outcome: 'routed',
  })
  const stored = async () => (await bench.admin('select data from parley.log')).length

  it('stores each fact once: within one call, within one flush, and in a later call', async () => {
    const engine = bench.engine()
    expect(await engine.ingest({ items: [item(1, 'a'), item(2, 'a'), item(3, 'b')] })).to.deep.equal([
      'stored',
      'duplicate',
      'stored',
    ])
    const together = await Promise.all(range(0, 8).map(() => engine.ingest({ items: [item(4, 'c')] })))
    expect(together.flat().filter((result) => result === 'stored')).to.have.length(1)
    expect(await engine.ingest({ items: [item(5, 'c'), item(6, 'd', tenantB)] })).to.deep.equal(['duplicate', 'stored'])
    expect(await engine.ingest({ items: [item(7, 'd', tenantA)] })).to.deep.equal(['stored'])
    expect(await stored()).to.equal(5)
  })

  it('keeps the raw call with its counts, byte for byte', async () => {
    const engine = bench.engine()
    await engine.ingest({ webhook: webhook(), items: [item(1, 'a'), item(2, 'a')] })
    await engine.ingest({ webhook: webhook(), items: [] })
    const rows = await bench.admin(
      'select body, headers, stored, duplicates, outcome from parley.webhook_log order by id',
    )
    expect(rows[0]).to.deep.equal({
      body: Buffer.from([0, 1, 2, 255]),
      headers: { 'x-test': '1' },
      stored: 1,
      duplicates: 1,
      outcome: 'routed',
    })
    expect(rows[1]).to.include({ stored: 0, duplicates: 0 })
    const [first] = await engine.webhooks({ adapter: 'test', outcome: 'routed', since: bench.clock.now(), limit: 1 })
    expect(first?.body).to.deep.equal(Buffer.from([0, 1, 2, 255]))
    const rest = await engine.webhooks(first === undefined ? {} : { after: first.id })
    expect(rest).to.have.length(1)
    const [event] = await bench.admin<{ headers: { correlationid: string } }>('select headers from parley.log')
    expect(event?.headers.correlationid).to.equal(first?.id)
    expect(await engine.webhooks({ adapter: 'other' })).to.deep.equal([])
  })

  it('puts many calls into few commits', async () => {
    const engine = bench.engine()
    await engine.ingest({ items: [item(0, 'first')] })
    const commits = async () =>
      Number((await bench.admin<{ n: string }>('select count(distinct xmin::text) as n from parley.log'))[0]?.n)
    const before = await commits()
    await Promise.all(range(0, 200).map((n) => engine.ingest({ items: [item(n, `k${n}`)] })))
    expect((await commits()) - before).to.be.lessThan(10)
    expect(await stored()).to.equal(201)
  })

  it('refuses with 503 what does not fit into the queue, and one tenant before it has filled it', async () => {
    const engine = bench.engine({ settings: { ingest: { queue: 50, queuePerTenant: 20, batch: 5 } } })
    const calls = [...range(0, 30).map(() => tenantA), ...range(0, 10).map(() => tenantB)]
    const results = await Promise.allSettled(
      calls.map((tenant, n) => engine.ingest({ items: [item(n, `k${n}`, tenant)] })),
    )
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason)
    expect(refused).to.have.length(10)
    expect(refused.every((error) => error instanceof UnavailableError && error.code === 'ingest.tenant-full')).to.equal(
      true,
    )
    expect(results.slice(30).every((result) => result.status === 'fulfilled')).to.equal(true)
  })

  it('refuses one call’s bad event without the calls that came with it', async () => {
    const engine = bench.engine()
    await engine.ingest({ items: [item(0, 'first')] })
    const results = await Promise.allSettled([
      engine.ingest({ items: [item(1, 'a')] }),
      engine.ingest({ items: [item(2, 'b', 'not-a-uuid')] }),
      engine.ingest({ items: [item(3, 'c')] }),
    ])
    expect(results.map((result) => result.status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('says that it is unavailable when the database is, and stores the repeat once', async () => {
    const engine = bench.engine()
    await engine.ingest({ items: [item(0, 'first')] })
    await bench.admin(`do $$ begin execute format('alter database %I connection limit 0', current_database()); end $$`)
    await bench.admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley-test-engine' and datname = current_database()`,
    )
    try {
      const refused = await engine.ingest({ items: [item(1, 'a')] }).catch((error: unknown) => error)
      expect(refused).to.be.instanceOf(UnavailableError)
    } finally {
      await bench.admin(
        `do $$ begin execute format('alter database %I connection limit -1', current_database()); end $$`,
      )
    }
    expect(await engine.ingest({ items: [item(1, 'a')] })).to.deep.equal(['stored'])
    expect(await engine.ingest({ items: [item(1, 'a')] })).to.deep.equal(['duplicate'])
  })
})
