import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { CollectedSpan } from '../core/telemetry/collector.ts'
import { gapsIn, treeOf } from '../core/telemetry/trace-tree.ts'
import { newPrefix } from '../kafka/prefix.ts'
import { findKafka, KAFKA_START_MS } from '../kafka/shared-kafka.ts'
import { describeWith } from '../real-parts.ts'
import type { Demo } from './installation.ts'
import { startTwoProcesses, type TwoProcesses } from './two-processes.ts'

const ADA = '4915112345678'
const TEXT = 'Hello, my account number is 4711'

describe('one customer message across two processes', () => isOneTrace(async () => ({})))

describeWith('Kafka', findKafka(), 'one customer message across two processes and Kafka', (kafka) => {
  isOneTrace(async () => ({ KAFKA_BROKERS: await kafka.brokers(), KAFKA_TOPIC_PREFIX: newPrefix() }))
})

function isOneTrace(surroundings: () => Promise<Readonly<Record<string, string>>>): void {
  let processes: TwoProcesses
  let carried: boolean

  before(async function () {
    this.timeout(KAFKA_START_MS)
    const env = await surroundings()
    carried = env.KAFKA_BROKERS !== undefined
    processes = await startTwoProcesses(env)
    // Until then events are read from the log.
    if (carried) await eventually(() => reading(processes, 'live') > 0, 90_000)
  })

  after(async function () {
    this.timeout(60_000)
    await processes[Symbol.asyncDispose]()
  })

  it('is one trace from the webhook to the call of the vendor, with no gap', async function () {
    this.timeout(90_000)
    const { collector, vendor, demo } = processes
    const answered = vendor.state.received.waitFor(() => true, 0, 30_000)
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
    const { spans } = processes.collector
    const trace = spans.filter(({ traceId }) => traceId === webhookOf(spans)?.traceId)
    const intake = trace.filter(({ service, kind }) => service === 'intake' && kind === 3)
    expect(intake.map(({ attributes }) => attributes['db.query.summary'])).to.include('select parley.log_ingest')
    const handler = trace.find(
      ({ attributes }) => attributes['messaging.consumer.group.name'] === 'inbox.record-inbound',
    )
    const within = trace.filter(({ parentSpanId }) => parentSpanId === handler?.spanId)
    expect(within.map(({ name }) => name)).to.include('transaction')
  })

  it('stays a trace of its own when many are handled together, down to its own call of the vendor', async function () {
    this.timeout(90_000)
    const { collector, demo } = processes
    const people = Array.from({ length: 12 }, (_, i) => String(4915100000000 + i))
    const answers = await Promise.all(people.map((person, i) => deliver(demo, person, `wamid.trace.many.${i}`)))
    expect(answers.map(({ status }) => status)).to.deep.equal(people.map(() => 200))
    await eventually(() => recorded(collector.spans) === 1 + people.length)
    await processes.stop()
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

  it('goes over the broker where there is one: relayed by whoever has the partition, read by the worker', () => {
    const sent = processes.collector.figure('parley.carrier.figure', { part: 'relay', figure: 'sent' })
    expect([sent > 0, reading(processes, 'handed') > 0]).to.deep.equal([carried, carried])
  })

  it('says nothing of what was written or by whom, and the vendor is not told of the trace', () => {
    const { collector, vendor, demo } = processes
    const told = Buffer.concat(collector.calls.map(({ body }) => body)).toString()
    for (const secret of [ADA, TEXT, 'account number', demo.whatsapp.appSecret]) expect(told).not.to.include(secret)
    const sent = vendor.requests.filter(({ method }) => method === 'POST')
    expect(sent).not.to.have.length(0)
    for (const { headers } of sent) expect(headers).not.to.have.any.keys('traceparent', 'tracestate', 'baggage')
  })
}

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

/** What readers of the broker count, as the metrics tell. */
const reading = ({ collector }: TwoProcesses, figure: string) =>
  collector.figure('parley.carrier.figure', { part: 'reading', figure })

/** From the trace's first span down to this one. */
function pathOf(trace: readonly CollectedSpan[], span: CollectedSpan | undefined): readonly string[] {
  if (span === undefined) return []
  const parent = trace.find(({ spanId }) => spanId === span.parentSpanId)
  return [...pathOf(trace, parent), `${span.service} ${span.name}`]
}

/** Bounded: the condition is asked again until it holds. */
async function eventually(check: () => boolean, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!check()) {
    if (Date.now() > deadline) throw new Error(`it did not come within ${withinMs} ms`)
    await pause(50)
  }
}
