import { expect } from 'chai'
import { openPool, withTransaction } from '../../../core/data/index.ts'
import { createHttpServer } from '../../../core/http/index.ts'
import { refuse } from '../../../core/plugin/result.ts'
import { createLogger } from '../../../core/telemetry/logger.ts'
import { summaryOf } from '../../../core/telemetry/sdk/database.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'
import { type Collected, collecting } from './with-collector.ts'

const OUTSIDE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('what telemetry sees of requests', function () {
  this.timeout(60_000)
  const stack: AsyncDisposableStack[] = []

  afterEach(async () => {
    for (const one of stack.splice(0)) await one.disposeAsync()
  })

  async function open(settings: object = {}, protocol?: string): Promise<Collected> {
    const all = new AsyncDisposableStack()
    stack.push(all)
    return all.use(await collecting(settings, protocol))
  }

  /** A server whose readiness check is the work of a request. */
  async function serving({ telemetry }: Collected, work: () => Promise<void>) {
    const lines: Record<string, unknown>[] = []
    const log = telemetry.log(createLogger('info', { write: (line: string) => lines.push(JSON.parse(line)) }))
    const http = await createHttpServer({
      ...{ host: '127.0.0.1', port: 0, clock: new TestClock(new Date()), log, gate: () => true },
      settings: { drainLeadMs: 0 },
      readiness: async () => {
        await work()
        return [{ part: 'test', ok: true }]
      },
    })
    telemetry.http(http.server)
    await http.start()
    stack.at(-1)?.defer(() => http.stop())
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${http.server.info.port}${path}`, { headers })
    return { get, lines }
  }

  it('a span by route, with the database below it, and its ids in the log lines', async () => {
    const collected = await open()
    const database = await createTestDatabase()
    const knex = openPool({ url: database.appUrl, applicationName: 'parley-test-spans' })
    stack.at(-1)?.defer(() => database.drop())
    stack.at(-1)?.defer(() => knex.destroy())
    collected.telemetry.database(knex)
    const { get, lines } = await serving(collected, async () => {
      await knex.raw('select * from pg_catalog.pg_class where relname = ?', ['of a customer'])
      await withTransaction(knex, async (trx) => {
        await trx.raw('select 1')
        await trx.raw('select 2')
      })
      await knex.raw('select 1 / 0').catch(() => undefined)
    })
    await get('/readyz', { 'x-token': 'of-a-customer' })
    const spans = await collected.finish()
    const [request] = spans.filter(({ kind }) => kind === 2)
    expect(request).to.include({ name: 'GET /readyz', parentSpanId: '' })
    const below = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId)
    expect(below.map(({ name, attributes }) => [name, attributes['error.type']])).to.deep.equal([
      ['select pg_catalog.pg_class', undefined],
      ['transaction', undefined],
      ['select', '22012'],
    ])
    expect(Number(below[1]?.attributes['parley.db.statements'])).to.equal(4)
    expect(lines.find(({ msg }) => msg === 'request')).to.include({
      trace_id: request?.traceId,
      span_id: request?.spanId,
    })
    expect(Buffer.concat(collected.collector.calls.map(({ body }) => body)).toString()).not.to.include('of-a-customer')
    expect(Buffer.concat(collected.collector.calls.map(({ body }) => body)).toString()).not.to.include('of a customer')
  })

  it('a trace of its own, unless callers are trusted with theirs', async () => {
    for (const trustTraceparent of [false, true]) {
      const collected = await open({ trustTraceparent })
      const { get } = await serving(collected, async () => {})
      await get('/healthz', { traceparent: OUTSIDE })
      const [request] = (await collected.finish()).filter(({ kind }) => kind === 2)
      expect(request?.traceId === OUTSIDE.slice(3, 35)).to.equal(trustTraceparent)
      await stack.pop()?.disposeAsync()
    }
  })

  it('what adapters are asked, with the kind of a refusal, and nothing outside of a trace', async () => {
    const collected = await open()
    class Vendor {
      readonly #title = 'Vendor'
      get title() {
        return this.#title
      }
      async send(ok: boolean) {
        return ok ? { ok: true } : { ...refuse('throttled', 'the number of Ada'), title: this.#title }
      }
    }
    const vendor = collected.telemetry.provider('pagewire', 'channel', new Vendor())
    expect(vendor.title).to.equal('Vendor')
    const { get } = await serving(collected, async () => {
      await vendor.send(true)
      await vendor.send(false)
    })
    await vendor.send(true)
    await get('/readyz')
    const calls = (await collected.finish()).filter(({ name }) => name === 'pagewire send')
    expect(calls.map(({ attributes }) => attributes['error.type'])).to.deep.equal([undefined, 'throttled'])
  })

  it('as OTLP in protobuf by default, traces and metrics', async () => {
    const collected = await open({}, 'http/protobuf')
    const { get } = await serving(collected, async () => {})
    await get('/healthz')
    await collected.telemetry.stop()
    const calls = new Map(collected.collector.calls.map((call) => [call.path, call]))
    expect([...calls.keys()].sort()).to.deep.equal(['/v1/metrics', '/v1/traces'])
    for (const { contentType, body } of calls.values()) {
      expect(contentType).to.equal('application/x-protobuf')
      expect(body.includes('parley')).to.equal(true)
    }
    expect(calls.get('/v1/traces')?.body.includes('GET /healthz')).to.equal(true)
    expect(calls.get('/v1/metrics')?.body.includes('http.server.request.duration')).to.equal(true)
  })

  it('nothing more of once a collector is gone: the stop waits for a while, and no longer', async () => {
    const collected = await open({ flushMs: 200 })
    const { get } = await serving(collected, async () => {})
    await get('/healthz')
    await collected.collector.close()
    const began = performance.now()
    await collected.telemetry.stop()
    expect(performance.now() - began).to.be.below(2_000)
  })
})

describe('the summary of a statement', () => {
  it('has its verb and what it names, never a value', () => {
    expect(summaryOf('select * from parley.log_read(?, ?)')).to.equal('select parley.log_read')
    expect(summaryOf('insert into "inbox"."message" values (?)')).to.equal('insert inbox.message')
    expect(summaryOf("select 'ada@example.com' where 1 = 1")).to.equal('select')
    expect(summaryOf('  WITH a as (select 1) UPDATE inbox.send set x = ?')).to.equal('with inbox.send')
  })
})
