import { setTimeout as sleep } from 'node:timers/promises'
import { startTestKernel, TestClock, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { MessengerSimulator, type SimulatedCustomer } from '../../../adapters/messenger/simulator/index.ts'

const PAGE = '660000000000077'
const APP_SECRET = 'app-secret-of-the-page'
const HOUR = 3_600_000
const root = new URL('../../../', import.meta.url).pathname

interface Shown {
  readonly id: string
  readonly text: string
  readonly kind: string
  readonly status: string
  readonly direction: string
}

/** A page with its inbox: a real kernel, the simulated platform with echoes and receipts, and an agent with the public API. */
async function openPageInbox() {
  const clock = new TestClock(new Date())
  const simulator = new MessengerSimulator({ now: () => clock.millis() })
  const graphBaseUrl = await simulator.listen()
  const plugins = [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    { use: './adapters/messenger', settings: { graphBaseUrl, humanAgent: true } },
  ]
  const test: TestKernel = await startTestKernel({ plugins, root, clock, listen: true })
  const { id: tenantId, apiKey } = await test.createTenant('page')
  const { connections, database } = test.kernel
  const secrets = { appSecret: APP_SECRET, verifyToken: 'verify' }
  const endpoint = await connections.createEndpoint({ adapter: 'messenger', tenantId: null, secrets })
  const connection = await database.transaction(tenantId, (uow) =>
    connections.create(uow, {
      provider: 'messenger',
      externalId: PAGE,
      name: 'Bakery',
      endpointId: endpoint.id,
      secrets: { accessToken: 'EAAtokenOfThePage' },
    }),
  )
  const callbackUrl = `${test.baseUrl}/hooks/messenger/${endpoint.id}`
  const account = { id: PAGE, name: 'Bakery', accessToken: 'EAAtokenOfThePage', callbackUrl, appSecret: APP_SECRET }
  simulator.addAccount(account)

  async function api<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const payload = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${test.baseUrl}${path}`, { method, headers, ...payload })
    const text = await answer.text()
    if (method === 'GET' && answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }
  async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const until = performance.now() + 15_000
    while (performance.now() < until) {
      const found = await look()
      if (found !== undefined) return found
      clock.advance(500)
      await sleep(25)
    }
    throw new Error(`waited in vain for ${what}`)
  }
  const list = async () =>
    (await api<{ items: readonly { id: string; contact?: { name: string } }[] }>('GET', '/api/conversations')).items
  const messages = async (id: string) =>
    (await api<{ items: readonly Shown[] }>('GET', `/api/conversations/${id}/messages`)).items.toReversed()
  const conversation = (wanted: (shown: readonly Shown[]) => boolean) =>
    eventually('the conversation', async () => {
      for (const { id } of await list()) if (wanted(await messages(id))) return id
      return undefined
    })
  return {
    clock,
    simulator,
    account,
    api,
    eventually,
    messages,
    conversation,
    health: async () => (await connections.get(tenantId, connection.id))?.health,
    customer: (id: string): SimulatedCustomer => simulator.customer(id, PAGE),
    answer: (id: string, text: string) => api<{ code?: string }>('POST', `/api/conversations/${id}/messages`, { text }),
    async close() {
      await simulator.close()
      await test.stop()
    },
  }
}

describe('a Messenger page in the inbox', function () {
  this.timeout(60_000)
  let page: Awaited<ReturnType<typeof openPageInbox>>
  let people = 7_200_000_000_000_000

  before(async () => {
    page = await openPageInbox()
  })
  after(() => page?.close())

  /** Somebody new who just wrote, and the conversation. */
  async function open(words: string) {
    people += 1
    const customer = page.customer(String(people)).named('Ada Krüger')
    const mid = customer.text(words)
    const id = await page.conversation((shown) => shown.some((one) => one.text === words))
    return { customer, mid, id }
  }
  const shownThat = (id: string, words: string, wanted: (one: Shown) => boolean) =>
    page.eventually(`"${words}" as expected`, async () =>
      (await page.messages(id)).find((one) => one.text === words && wanted(one)),
    )

  it('learns the name of who writes, which no webhook tells', async () => {
    const { id } = await open('Wie heiße ich?')
    await page.eventually('the name', async () => {
      const { items } = await page.api<{ items: readonly { name: string }[] }>('GET', '/api/contacts')
      return items.find((contact) => contact.name === 'Ada Krüger')
    })
    expect(id).to.be.a('string')
  })

  it('shows one message for a send whose echo, delivery and reading all come at once', async () => {
    const { id } = await open('Haben Sie Brot?')
    await page.answer(id, 'Ja, Roggen.')
    await page.answer(id, 'Und Dinkel.')
    await shownThat(id, 'Ja, Roggen.', (one) => one.status === 'read')
    await shownThat(id, 'Und Dinkel.', (one) => one.status === 'read')
    expect((await page.messages(id)).filter((one) => one.direction === 'out')).to.have.length(2)
  })

  it('takes an album as pictures in order, and takes them all back', async () => {
    const { customer, id } = await open('Seht mal')
    const files = ['1', '2', '3'].map((name) => ({ type: 'image', content: Buffer.from(name), mimeType: 'image/jpeg' }))
    const mid = customer.files(files, 'drei Brote')
    const pictures = () => page.messages(id).then((shown) => shown.filter((one) => one.kind === 'image'))
    await page.eventually('three pictures', async () => ((await pictures()).length === 3 ? true : undefined))
    customer.unsend(mid)
    await page.eventually('all of them taken back', async () => {
      const shown = await pictures()
      const gone = shown.every((one) => one.text === '' && JSON.stringify(one).includes('revoked'))
      return shown.length === 3 && gone ? true : undefined
    })
  })

  it('follows an edit and a reaction', async () => {
    const { customer, mid, id } = await open('Um 8 Urh?')
    customer.edit(mid, 'Um 8 Uhr?')
    await shownThat(id, 'Um 8 Uhr?', () => true)
    customer.react(mid, '❤️')
    await page.eventually('the heart', async () =>
      JSON.stringify(await page.messages(id)).includes('❤️') ? true : undefined,
    )
  })

  it('lets a person answer after a day, under the tag for people, and nobody after a week', async () => {
    const { id } = await open('Bitte um Rückruf')
    page.clock.advance(30 * HOUR)
    await page.answer(id, 'Jetzt erst gesehen.')
    await shownThat(id, 'Jetzt erst gesehen.', (one) => one.status !== 'queued' && one.status !== 'sending')
    const sent = page.simulator.state.received.all.find(({ message }) => JSON.stringify(message).includes('Jetzt erst'))
    expect(sent?.message).to.include({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
    page.clock.advance(7 * 24 * HOUR)
    expect(await page.answer(id, 'Viel zu spät.'))
      .to.have.property('code')
      .that.contains('window-closed')
  })

  it('stops sending with a token that ended, goes on receiving, and sends in order once it is mended', async () => {
    const { customer, id } = await open('Noch da?')
    page.simulator.addAccount({ ...page.account, tokenExpiresAt: page.clock.millis() - 1 })
    // The refusal is slow to come, so that all three are queued before anybody knows of it.
    page.simulator.faults.add({ kind: 'delay', ms: 2_000, path: '/messages', times: 1 })
    for (const words of ['Eins.', 'Zwei.', 'Drei.']) await page.answer(id, words)
    await page.eventually('the health', async () => ((await page.health()) === 'auth-failed' ? true : undefined))
    customer.text('Ich höre nichts')
    await shownThat(id, 'Ich höre nichts', () => true)
    expect(await page.answer(id, 'Vier.'))
      .to.have.property('code')
      .that.contains('channel-unhealthy')
    page.simulator.addAccount(page.account)
    await shownThat(id, 'Drei.', (one) => one.status === 'read')
    const arrived = customer.received.map(({ message }) => (message.message as { text: string }).text)
    expect(arrived.filter((words) => /^(Eins|Zwei|Drei)\.$/.test(words))).to.deep.equal(['Eins.', 'Zwei.', 'Drei.'])
    expect(await page.health()).to.equal('ok')
  })

  it('knows what was written in Meta’s own app, once', async () => {
    const { customer, id } = await open('Hallo?')
    page.simulator.webhooks.setFaults({ duplicate: 1 })
    page.simulator.echo(customer.id, 'vom Handy', PAGE)
    await page.simulator.webhooks.idle()
    page.simulator.webhooks.setFaults({})
    await shownThat(id, 'vom Handy', (one) => one.direction === 'out')
    expect((await page.messages(id)).filter((one) => one.text === 'vom Handy')).to.have.length(1)
  })
})
