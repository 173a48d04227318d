import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { startTestKernel, type TestKernel } from '../../../core/testing/index.ts'
import { until } from '../events/kit.ts'
import { type Family, parsePrometheus } from './prometheus-text.ts'

const ROOT = new URL('../../../', import.meta.url).pathname
const PLUGINS = ['adapters/local-files', 'adapters/whatsapp', 'plugins/contacts', 'plugins/inbox'].map(
  (use) => ROOT + use,
)
const SECRET = 'of-the-test-app'
const TOKEN = 'a-token-of-the-test'

describe('metrics for Prometheus', function () {
  this.timeout(60_000)
  let kernel: TestKernel
  let metricsUrl: string

  before(async () => {
    kernel = await startTestKernel({
      plugins: PLUGINS,
      listen: true,
      env: { TELEMETRY_PROMETHEUS_PORT: '0', TELEMETRY_PROMETHEUS_TOKEN: TOKEN, TELEMETRY_FIGURES_MS: '0' },
    })
    metricsUrl = kernel.kernel.telemetry.metricsUrl ?? ''
  })

  after(() => kernel.stop())

  const scrape = async (): Promise<ReadonlyMap<string, Family>> => {
    const answer = await fetch(metricsUrl, { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(answer.status).to.equal(200)
    return parsePrometheus(await answer.text())
  }
  const values = (families: ReadonlyMap<string, Family>, name: string, labels: Readonly<Record<string, string>> = {}) =>
    (families.get(name)?.samples ?? [])
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .map(({ value }) => value)

  it('are told to nobody without the token, only at their path, and not on the public port', async () => {
    expect((await fetch(metricsUrl)).status).to.equal(401)
    expect((await fetch(metricsUrl, { headers: { authorization: 'Bearer another-token-of-tests' } })).status).to.equal(
      401,
    )
    expect((await fetch(metricsUrl, { method: 'POST' })).status).to.equal(405)
    expect((await fetch(new URL('/', metricsUrl))).status).to.equal(404)
    expect((await fetch(`${kernel.kernel.baseUrl}/metrics`)).status).to.equal(404)
    expect(new URL(metricsUrl).hostname).to.equal('127.0.0.1')
  })

  it('count requests by route and status, never by path', async () => {
    await fetch(`${kernel.kernel.baseUrl}/healthz`)
    await fetch(`${kernel.kernel.baseUrl}/api/conversations/4915112345678`)
    await fetch(`${kernel.kernel.baseUrl}/4915112345678`)
    const families = await scrape()
    const counts = families.get('http_server_request_duration')?.samples ?? []
    const routes = counts.filter(({ name }) => name.endsWith('_count')).map(({ labels }) => labels.http_route ?? 'none')
    expect(routes).to.include.members(['/healthz', '/api/conversations/{id}', 'none'])
    expect(JSON.stringify([...families])).not.to.include('4915112345678')
  })

  it('follow a webhook: acknowledged or refused by adapter, stored, handled by each group, passed by all', async () => {
    const connected = await connect(kernel)
    expect((await connected.post(SECRET)).status).to.equal(200)
    expect((await connected.post('wrong')).status).to.equal(401)
    const handled = { messaging_consumer_group_name: 'inbox.record-inbound' }
    await until(async () => values(await scrape(), 'messaging_process_duration', handled).some((value) => value > 0))
    await until(async () => values(await scrape(), 'parley_consumer_lag_events').every((events) => events === 0))
    const families = await scrape()
    const calls = (outcome: string) =>
      values(families, 'parley_webhook_calls_total', { parley_plugin: 'whatsapp', outcome })
    expect([calls('received'), calls('refused'), calls('malformed')]).to.deep.equal([[1], [1], [0]])
    const requests = families.get('http_server_request_duration')?.samples ?? []
    const ofHook = requests.filter(({ name, labels }) => name.endsWith('_count') && labels.parley_plugin === 'whatsapp')
    expect(ofHook.map(({ labels }) => labels.http_response_status_code).sort()).to.deep.equal(['200', '401'])
    const stored = { parley_plugin: 'whatsapp', outcome: 'stored' }
    expect(values(families, 'parley_webhook_elements_total', stored)).to.deep.equal([1])
    const sends = families.get('messaging_client_operation_duration')?.samples ?? []
    expect(
      sends.some(({ name, labels }) => name.endsWith('_count') && labels.messaging_operation_name === 'send'),
    ).to.equal(true)
    const groups = families
      .get('parley_consumer_lag_time')
      ?.samples.map(({ labels }) => labels.messaging_consumer_group_name)
    expect(groups).to.include.members(['inbox.record-inbound', 'inbox.auto-reply', 'inbox.sender'])
  })

  it('show log, lanes, dead letters, pool, plugins, circuits and the process', async () => {
    const families = await scrape()
    for (const [name, least] of [
      ['parley_figures_up', 1],
      ['parley_log_size', 8192],
      ['parley_consumer_parked', 0],
      ['parley_consumer_oldest_lane', 0],
      ['parley_consumer_dead_letters', 0],
      ['db_client_connection_count', 0],
      ['db_client_connection_max', 1],
      ['db_client_connection_pending_requests', 0],
      ['parley_breaker_open', 0],
      ['process_memory_usage', 1_000_000],
      ['nodejs_eventloop_delay_p99', 0],
      ['v8js_memory_heap_used', 0],
    ] as const) {
      expect(values(families, name), name).not.to.have.length(0)
      for (const value of values(families, name)) expect(value, name).to.be.at.least(least)
    }
    expect(values(families, 'parley_plugin_state', { parley_plugin: 'inbox', state: 'started' })).to.deep.equal([1])
  })

  it('have no tenant among their labels', async () => {
    const { id } = kernel.tenant
    expect(JSON.stringify([...(await scrape())])).not.to.include(id)
  })
})

/** A WhatsApp number of the test's tenant, and a way to post its webhooks. */
async function connect({ kernel, tenant }: TestKernel) {
  const secrets = { appSecret: SECRET, verifyToken: 'of-the-test' }
  const endpoint = await kernel.connections.createEndpoint({ adapter: 'whatsapp', tenantId: null, secrets })
  await kernel.database.transaction(tenant.id, (uow) =>
    kernel.connections.create(uow, {
      provider: 'whatsapp',
      externalId: '106540352242922',
      name: 'Test',
      endpointId: endpoint.id,
      settings: { wabaId: '1' },
      secrets: { accessToken: 'of-the-test' },
    }),
  )
  const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' }
  const contacts = [{ profile: { name: 'Ada' }, wa_id: '4915112345678' }]
  const message = { from: '4915112345678', id: 'wamid.metrics.1', timestamp: String(Math.floor(Date.now() / 1000)) }
  const messages = [{ ...message, type: 'text', text: { body: 'Hello' } }]
  const value = { messaging_product: 'whatsapp', metadata, contacts, messages }
  const entry = [{ id: '1', changes: [{ field: 'messages', value }] }]
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry })
  const post = (secret: string) => {
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
    return fetch(`${kernel.baseUrl}/hooks/whatsapp/${endpoint.id}`, { method: 'POST', body, headers })
  }
  return { post }
}
