import { startTestKernel, type TestKernel, type TestTenant } from '@parley/core/testing'
import { expect } from 'chai'
import { WhatsAppSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import { until } from '../core/events/kit.ts'

/** Messages a second that the vendor takes of one number; the tenant queues ten times that at once. */
const LIMIT = 20
const CUSTOMERS = 10
const EACH = (LIMIT * 10) / CUSTOMERS
const SLOW = '660000000000901'
const OTHER = '660000000000902'

describe('a vendor that takes a tenth of what is queued', function () {
  this.timeout(120_000)
  let simulator: WhatsAppSimulator
  let test: TestKernel
  let other: TestTenant

  before(async () => {
    simulator = new WhatsAppSimulator({ statuses: [], keepRequests: 20_000 })
    await simulator.listen()
    test = await startTestKernel({
      listen: true,
      plugins: [
        './adapters/local-files',
        // We think that we may send far more than the vendor takes: only its refusals tell.
        { use: './adapters/whatsapp', settings: { graphBaseUrl: simulator.url, messagesPerSecond: 10_000 } },
        './plugins/contacts',
        { use: './plugins/inbox', settings: { burstMs: 0 } },
      ],
    })
    other = await test.createTenant('other')
    await connect(test.tenant, SLOW)
    await connect(other, OTHER)
  })
  after(async () => {
    await test?.stop()
    await simulator?.close()
  })

  async function connect({ id: tenantId }: TestTenant, phoneNumberId: string): Promise<void> {
    const { connections, database } = test.kernel
    const appSecret = `app-secret-${phoneNumberId}`
    const endpoint = await connections.createEndpoint({
      ...{ adapter: 'whatsapp', tenantId, secrets: { appSecret, verifyToken: 'token' } },
    })
    const accessToken = `EAA-token-${phoneNumberId}`
    const account = { provider: 'whatsapp', externalId: phoneNumberId, name: phoneNumberId, endpointId: endpoint.id }
    await database.transaction(tenantId, (uow) => connections.create(uow, { ...account, secrets: { accessToken } }))
    simulator.addAccount({
      ...{ phoneNumberId, wabaId: '1', accessToken, displayPhoneNumber: '1', verifiedName: phoneNumberId, appSecret },
      callbackUrl: `${test.baseUrl}/hooks/whatsapp/${endpoint.id}`,
    })
  }

  /** Each customer writes once; by customer, the conversation that began. */
  async function begin(tenant: TestTenant, number: string, customers: readonly string[]): Promise<Map<string, string>> {
    for (const customer of customers) simulator.customer(customer, number).text(`I am ${customer}`)
    const found = new Map<string, string>()
    await until(async () => {
      const { body } = await test.inject({ url: '/api/conversations?limit=100', as: tenant })
      const { items } = body as { items: readonly { id: string; lastMessage: { preview: string } }[] }
      for (const { id, lastMessage } of items) found.set(lastMessage.preview.replace('I am ', ''), id)
      return customers.every((customer) => found.has(customer))
    })
    return found
  }

  async function say(tenant: TestTenant, conversation: string | undefined, text: string): Promise<void> {
    const url = `/api/conversations/${conversation}/messages`
    const { status, text: answer } = await test.inject({ method: 'POST', url, payload: { text }, as: tenant })
    expect(status, answer).to.equal(201)
  }
  const textsOf = (customer: string, number: string) =>
    simulator.customer(customer, number).received.map(({ message }) => (message.text as { body: string }).body)

  it('gets all of it in order, at its own rate, and no other tenant waits', async () => {
    const customers = Array.from({ length: CUSTOMERS }, (_, n) => `49151000009${10 + n}`)
    const conversations = await begin(test.tenant, SLOW, customers)
    const [neighbour = ''] = ['4915100000999']
    const theirs = await begin(other, OTHER, [neighbour])
    simulator.faults.add({ kind: 'throttle', path: SLOW, perSecond: LIMIT })
    for (let n = 0; n < EACH; n += 1)
      await Promise.all(customers.map((customer) => say(test.tenant, conversations.get(customer), `${n}`)))

    const before = simulator.state.received.lastSeq
    await say(other, theirs.get(neighbour), 'for the neighbour')
    await until(() => textsOf(neighbour, OTHER).length === 1)
    const meanwhile = simulator.state.received.all.filter(
      ({ seq, phoneNumberId }) => seq > before && phoneNumberId === SLOW,
    )
    expect(meanwhile.length, 'sends of the slow number that the neighbour waited for').to.be.lessThan(LIMIT * 5)

    const arrived = () => simulator.state.received.all.filter(({ phoneNumberId }) => phoneNumberId === SLOW)
    await until(() => arrived().length >= CUSTOMERS * EACH, 90_000)
    for (const customer of customers)
      expect(textsOf(customer, SLOW)).to.deep.equal(Array.from({ length: EACH }, (_, n) => `${n}`))
    await test.drain(20_000)
    const { body } = await test.inject({
      url: `/api/conversations/${conversations.get(customers[0] ?? '')}/messages?limit=100`,
    })
    const { items } = body as { items: readonly { direction: string; status: string }[] }
    const failed = items.filter(({ direction, status }) => direction === 'out' && status !== 'sent')
    expect(failed).to.deep.equal([])

    const asked = simulator.requests.filter(({ path, method }) => method === 'POST' && path.includes(SLOW))
    const first = arrived()[0]?.at ?? 0
    const seconds = ((arrived().at(-1)?.at ?? 0) - first) / 1000
    const rate = arrived().length / seconds
    console.log(
      `      ${arrived().length} messages in ${seconds.toFixed(1)} s: ${rate.toFixed(1)} a second, limit ${LIMIT};`,
    )
    console.log(`      ${asked.length - arrived().length} refusals on the way`)
  })
})
