import { fileURLToPath } from 'node:url'
import { startTestKernel, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { sign } from '../../adapters/twilio/receive/signature.ts'
import { TwilioSimulator } from '../../adapters/twilio/simulator/index.ts'
import { consentProbe } from '../plugins/consent/port-probe/held.ts'

const PUBLIC_URL = 'https://parley.example'
const ACCOUNT = { sid: `AC${'3'.repeat(32)}`, authToken: 'token-of-the-barber', friendlyName: 'Barber' }
const NUMBER = '+15005550010'
const SENDER = `whatsapp:${NUMBER}`
const ADA = '+4915100000001'

interface Shown {
  readonly id: string
  readonly text: string
  readonly kind: string
  readonly status: string
  readonly direction: string
  readonly error: unknown
}

interface Conversation {
  readonly id: string
  readonly channel: string
  readonly contact: { readonly id: string }
}

/** A barber with an SMS number and a WhatsApp sender at Twilio, behind a proxy, who answers automatically to OPEN. */
async function openBarber() {
  let test: TestKernel
  const reach = (url: string) => url.replace(PUBLIC_URL, test.baseUrl)
  const simulator = new TwilioSimulator({ accounts: [ACCOUNT], lateErrors: true, reach })
  const apiBaseUrl = await simulator.listen()
  const twilio = { apiBaseUrl, publicUrl: PUBLIC_URL }
  test = await startTestKernel({
    env: { PUBLIC_URL },
    listen: true,
    plugins: [
      './adapters/local-files',
      { use: './adapters/twilio', settings: twilio },
      { use: './adapters/twilio/whatsapp', settings: twilio },
      './plugins/contacts',
      './plugins/consent',
      { use: './plugins/inbox', settings: { burstMs: 0 } },
      fileURLToPath(new URL('../plugins/consent/port-probe/', import.meta.url)),
    ],
  })
  const { kernel, tenantId } = test
  await kernel.settingsFor('inbox').update(tenantId, {
    autoReplies: { enabled: true, greeting: 'Welcome!', keywords: [{ words: ['open'], answer: 'From nine to five.' }] },
  })
  const connect = async (provider: 'twilio' | 'twilio-whatsapp', address: string) => {
    const secrets = { authToken: ACCOUNT.authToken }
    const endpoint = await kernel.connections.createEndpoint({ adapter: provider, tenantId, secrets })
    const settings = { accountSid: ACCOUNT.sid }
    await kernel.database.transaction(tenantId, (uow) =>
      kernel.connections.create(uow, {
        ...{ provider, externalId: address, name: provider, endpointId: endpoint.id, settings, secrets },
      }),
    )
    const webhookUrl = `${PUBLIC_URL}/hooks/${provider}/${endpoint.id}`
    simulator.addSender({ accountSid: ACCOUNT.sid, address, webhookUrl })
    return webhookUrl
  }
  return {
    test,
    simulator,
    hook: await connect('twilio', NUMBER),
    whatsappHook: await connect('twilio-whatsapp', SENDER),
  }
}

describe('STOP on SMS, the whole way', function () {
  this.timeout(120_000)
  let barber: Awaited<ReturnType<typeof openBarber>>

  before(async () => {
    barber = await openBarber()
  })
  after(async () => {
    await barber?.simulator.close()
    await barber?.test.stop()
  })

  const ada = () => barber.simulator.customer(ADA, NUMBER)
  const settle = async () => {
    await barber.simulator.webhooks.idle()
    await barber.test.drain()
    await barber.simulator.webhooks.idle()
    await barber.test.drain()
  }
  /** What Ada's phone got from us; Twilio's own answers aside. */
  const got = () =>
    ada()
      .received.filter(({ automatic }) => !automatic)
      .map(({ body }) => body)
  const get = async <T>(url: string) => (await barber.test.inject({ url })).body as T
  const conversations = async () => (await get<{ items: readonly Conversation[] }>('/api/conversations')).items
  const conversation = async (channel = 'twilio') => {
    const found = (await conversations()).find((one) => one.channel === channel)
    if (found === undefined) throw new Error(`no conversation on ${channel}`)
    return found.id
  }
  const messages = async (channel?: string) =>
    (await get<{ items: readonly Shown[] }>(`/api/conversations/${await conversation(channel)}/messages`)).items
  const answer = async (text: string, channel?: string) =>
    barber.test.inject({
      method: 'POST',
      url: `/api/conversations/${await conversation(channel)}/messages`,
      payload: { text },
    })
  const say = async (text: string) => {
    ada().text(text)
    await settle()
  }
  /** As a plugin writes to people by itself. */
  const campaign = async (text: string) => {
    const { kernel, tenantId } = barber.test
    const conversationId = await conversation()
    return kernel.database.transaction(tenantId, async (uow) =>
      consentProbe.messenger?.send(uow, [
        {
          conversationId,
          author: { kind: 'bot', id: 'campaign' },
          content: { kind: 'text', text },
          purpose: 'marketing',
        },
      ]),
    )
  }

  it('comes after an automatic answer, of which it is shown what became', async () => {
    await say('open?')
    expect(got()).to.deep.equal(['From nine to five.'])
    const sent = (await messages()).filter(({ direction }) => direction === 'out')
    expect(sent.map(({ status }) => status)).to.deep.equal(['delivered'])
  })

  it('keeps the STOP itself, and nothing more goes out: no automatic answer, no agent, no campaign, each told why', async () => {
    const before = got()
    await say('STOP')
    await say('open?')
    expect((await messages()).filter(({ direction }) => direction === 'in').map(({ text }) => text)).to.deep.equal([
      ...['open?', 'STOP', 'open?'],
    ])
    const refused = await answer('But wait')
    expect(refused.status).to.equal(409)
    expect(refused.body).to.include({ code: 'inbox.opted-out' })
    expect((refused.body as { detail: string }).detail).to.match(/asked not to be written to/)
    const [sent] = (await campaign('Half price!')) ?? []
    expect(sent).to.include({ ok: false, reason: 'opted-out' })
    await settle()
    expect(got()).to.deep.equal(before)
    expect(ada().received.filter(({ automatic }) => automatic)).to.have.length(1)
  })

  it('does not silence another channel of hers, which she did not speak of', async () => {
    barber.simulator.customer(ADA, SENDER).text('hello', { ProfileName: 'Ada', MessageType: 'text' })
    await settle()
    const both = await conversations()
    expect(both.map(({ channel }) => channel)).to.have.members(['twilio', 'twilio-whatsapp'])
    expect(new Set(both.map(({ contact }) => contact.id)), 'one person, by the phone number').to.have.property(
      'size',
      1,
    )
    expect((await answer('Hello on WhatsApp', 'twilio-whatsapp')).status).to.be.within(200, 202)
    await settle()
    const onWhatsApp = barber.simulator.customer(ADA, SENDER).received.map(({ body }) => body)
    expect(onWhatsApp).to.deep.equal(['Welcome!', 'Hello on WhatsApp'])
  })

  it('is lifted by START: whoever was refused may write again', async () => {
    const before = got().length
    await say('START')
    await say('open?')
    expect((await answer('Here we are')).status).to.be.within(200, 202)
    await settle()
    expect(got().slice(before)).to.deep.equal(['From nine to five.', 'Here we are'])
  })

  it('leaves HELP to Twilio, which answers it', async () => {
    const before = got().length
    await say('HELP')
    expect((await messages()).at(-1)).to.include({ text: 'HELP', kind: 'system', direction: 'in' })
    expect(got()).to.have.length(before)
  })

  it('holds when its webhook comes twice, late and after what was said next', async () => {
    barber.simulator.webhooks.setFaults({ duplicate: 1, reorder: 0.5, delayMs: 50 })
    for (const words of ['one', 'two', 'three']) ada().text(words)
    await settle()
    barber.simulator.webhooks.setFaults({})
    const shown = (await messages()).map(({ text }) => text).filter((text) => ['one', 'two', 'three'].includes(text))
    expect(shown).to.have.members(['one', 'two', 'three']).and.have.length(3)
  })

  it('is told with statuses out of order and twice: no downgrade, no second message', async () => {
    expect((await answer('Unordered')).status).to.be.within(200, 202)
    await settle()
    const received = ada().received.find(({ body }) => body === 'Unordered')
    if (received === undefined) throw new Error('it did not arrive')
    for (const status of ['read', 'sent', 'delivered', 'sent', 'read']) ada().report(received, status)
    await settle()
    expect((await messages()).filter(({ text }) => text === 'Unordered').map(({ status }) => status)).to.deep.equal([
      'read',
    ])
  })

  it('is not what WhatsApp asks for: its closed window is told by a status, with the reason', async () => {
    barber.simulator.state.openWindow(`whatsapp:${ADA}`, SENDER, 0)
    expect((await answer('Are you there?', 'twilio-whatsapp')).status).to.be.within(200, 202)
    await settle()
    const shown = (await messages('twilio-whatsapp')).find(({ text }) => text === 'Are you there?')
    expect(shown).to.include({ status: 'failed' })
    expect(JSON.stringify(shown?.error)).to.contain('63016')
  })

  it('believes nobody but Twilio, which knows the public address; the answer has nothing to say', async () => {
    const body = Buffer.from(
      `MessageSid=SM1&AccountSid=${ACCOUNT.sid}&From=%2B4915100000009&To=%2B15005550010&Body=STOP`,
    )
    const call = (signature: string) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
      return fetch(`${barber.test.baseUrl}${new URL(barber.hook).pathname}`, { method: 'POST', headers, body })
    }
    const inner = `${barber.test.baseUrl}${new URL(barber.hook).pathname}`
    for (const forged of ['bm90IHR3aWxpbw==', sign(barber.hook, body, 'guessed'), sign(inner, body, ACCOUNT.authToken)])
      expect((await call(forged)).status).to.equal(401)
    const answer = await call(sign(barber.hook, body, ACCOUNT.authToken))
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('content-type')).to.match(/^text\/xml/)
    expect(await answer.text()).to.match(/<Response><\/Response>$/)
  })
})
