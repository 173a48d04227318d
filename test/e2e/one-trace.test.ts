import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { WhatsAppSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import { type OwnServer, startOwnServer } from '../core/data/own-server.ts'
import { type CollectedSpan, Collector } from '../core/telemetry/collector.ts'
import { gapsIn, treeOf } from '../core/telemetry/trace-tree.ts'
import { type Demo, Installation } from './installation.ts'

const ADA = '4915112345678'
const TEXT = 'Hello, my account number is 4711'

/** One process takes webhooks in, another one does the work; both on one database, both tell one collector. */
describe('one customer message across two processes', function () {
  this.timeout(120_000)
  const stack = new AsyncDisposableStack()
  let collector: Collector
  let vendor: WhatsAppSimulator
  let demo: Demo
  let stopProcesses: () => Promise<void>

  before(async () => {
    const server: OwnServer = await startOwnServer()
    stack.defer(() => server.remove())
    collector = await Collector.listen()
    stack.defer(() => collector.close())
    vendor = new WhatsAppSimulator({ statuses: [], enforceWindow: false })
    await vendor.listen()
    stack.defer(() => vendor.close())
    const env = {
      DATABASE_URL: server.adminUrl,
      MIGRATE_ON_START: 'true',
      GRAPH_BASE_URL: vendor.url,
      INBOX_BURST_MS: '50',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    }
    const worker = await Installation.create({
      ...env,
      OTEL_SERVICE_NAME: 'worker',
      PLUGINS: 'local-files,contacts,inbox,whatsapp',
    })
    stack.defer(() => worker.remove())
    stack.defer(() => worker.stop())
    await worker.start()
    const shared = { PARLEY_HOME: worker.home, OTEL_SERVICE_NAME: 'intake', PLUGINS: 'whatsapp,local-files' }
    const intake = await Installation.create({ ...env, ...shared })
    stack.defer(() => intake.stop())
    demo = await intake.start()
    const { accessToken } = JSON.parse(await readFile(join(worker.home, 'demo.json'), 'utf8')) as {
      accessToken: string
    }
    const { phoneNumberId, appSecret, endpointUrl: callbackUrl } = demo.whatsapp
    const names = { wabaId: '102290129340398', displayPhoneNumber: '15550783881', verifiedName: 'Parley' }
    vendor.addAccount({ phoneNumberId, accessToken, appSecret, callbackUrl, ...names })
    stopProcesses = async () => {
      await intake.stop()
      await worker.stop()
    }
  })

  after(() => stack.disposeAsync())

  it('is one trace from the webhook to the call of the vendor, with no gap', async () => {
    const answered = vendor.waitFor(() => true, 0, 30_000)
    expect((await deliver(demo)).status).to.equal(200)
    expect(await answered, 'the automatic answer').to.include({ to: ADA })
    await eventually(() => recorded(collector.spans) === 1)
    await eventually(() => gapsIn(collector.spans).length === 0)
    const { spans } = collector
    const traceId = webhookOf(spans)?.traceId ?? ''
    console.log(`\n${treeOf(spans, traceId)}\n`)
    const trace = spans.filter((span) => span.traceId === traceId)
    expect(trace.filter(({ parentSpanId }) => parentSpanId === '').map(({ name }) => name)).to.deep.equal([
      'POST /hooks/{adapter}/{endpointId}',
    ])
    expect(pathOf(trace, callOf(trace))).to.deep.equal([
      'intake POST /hooks/{adapter}/{endpointId}',
      'intake send channel',
      'worker process channel',
      'worker process inbox',
      'worker process inbox',
      'worker whatsapp send',
      'worker POST',
    ])
  })

  it('has the database in it: the commit of the webhook, and the transactions of its handlers', () => {
    const { spans } = collector
    const trace = spans.filter(({ traceId }) => traceId === webhookOf(spans)?.traceId)
    const intake = trace.filter(({ service, kind }) => service === 'intake' && kind === 3)
    expect(intake.map(({ attributes }) => attributes['db.query.summary'])).to.include('select parley.log_ingest')
    const handler = trace.find(
      ({ attributes }) => attributes['messaging.consumer.group.name'] === 'inbox.record-inbound',
    )
    const within = trace.filter(({ parentSpanId }) => parentSpanId === handler?.spanId)
    expect(within.map(({ name }) => name)).to.include('transaction')
  })

  it('stays a trace of its own when many are handled together, down to its own call of the vendor', async () => {
    const people = Array.from({ length: 12 }, (_, i) => String(4915100000000 + i))
    const answers = await Promise.all(people.map((person, i) => deliver(demo, person, `wamid.trace.many.${i}`)))
    expect(answers.map(({ status }) => status)).to.deep.equal(people.map(() => 200))
    await eventually(() => recorded(collector.spans) === 1 + people.length)
    await stopProcesses()
    const { spans } = collector
    expect(gapsIn(spans)).to.deep.equal([])
    const traces = Map.groupBy(spans, ({ traceId }) => traceId)
    const messages = [...traces.values()].filter((trace) => webhookOf(trace) !== undefined)
    expect(messages).to.have.length(1 + people.length)
    for (const trace of messages) {
      const [first, ...path] = pathOf(trace, callOf(trace))
      expect(first).to.equal('intake POST /hooks/{adapter}/{endpointId}')
      expect(path.slice(-2)).to.deep.equal(['worker whatsapp send', 'worker POST'])
      expect(trace.filter(({ name, kind }) => name === 'POST' && kind === 3)).to.have.length(1)
    }
    const shared = spans.filter(
      ({ links, attributes }) => links.length > 1 && 'messaging.batch.message_count' in attributes,
    )
    console.log(
      `      ${shared.length} transactions handled events of ${shared.map(({ links }) => links.length).join(', ')} traces`,
    )
  })

  it('says nothing of what was written or by whom, and the vendor is not told of the trace', () => {
    const told = Buffer.concat(collector.calls.map(({ body }) => body)).toString()
    for (const secret of [ADA, TEXT, 'account number', demo.whatsapp.appSecret]) expect(told).not.to.include(secret)
    const sent = vendor.requests.filter(({ method }) => method === 'POST')
    expect(sent).not.to.have.length(0)
    for (const { headers } of sent) expect(headers).not.to.have.any.keys('traceparent', 'tracestate', 'baggage')
  })
})

function deliver(demo: Demo, person = ADA, id = 'wamid.trace.1'): Promise<Response> {
  const { phoneNumberId, appSecret, endpointUrl } = demo.whatsapp
  const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId }
  const timestamp = String(Math.floor(Date.now() / 1000))
  const value = {
    messaging_product: 'whatsapp',
    metadata,
    contacts: [{ profile: { name: 'Ada' }, wa_id: person }],
    messages: [{ from: person, id, timestamp, type: 'text', text: { body: TEXT } }],
  }
  const entry = [{ id: '102290129340398', changes: [{ field: 'messages', value }] }]
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry })
  const signature = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
  return fetch(endpointUrl, { method: 'POST', body, headers })
}

const webhookOf = (spans: readonly CollectedSpan[]) =>
  spans.find(({ name }) => name === 'POST /hooks/{adapter}/{endpointId}')

/** The request to the vendor. */
const callOf = (trace: readonly CollectedSpan[]) =>
  trace.find(({ name, kind, service }) => service === 'worker' && kind === 3 && name === 'POST')

/** The sender's delivery ends when the outcome is recorded. */
const recorded = (spans: readonly CollectedSpan[]) =>
  spans.filter(({ attributes }) => attributes['messaging.consumer.group.name'] === 'inbox.sender').length

/** From the trace's first span down to this one. */
function pathOf(trace: readonly CollectedSpan[], span: CollectedSpan | undefined): readonly string[] {
  if (span === undefined) return []
  const parent = trace.find(({ spanId }) => spanId === span.parentSpanId)
  return [...pathOf(trace, parent), `${span.service} ${span.name}`]
}

/** Bounded: the condition is asked again until it holds. */
async function eventually(check: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!check()) {
    if (Date.now() > deadline) throw new Error('it did not come within 30 s')
    await pause(50)
  }
}
