import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { WhatsAppSimulator } from '../../adapters/whatsapp/simulator/index.ts'
import { AccountsKernel, type Grant } from '../plugins/accounts/accounts-kernel.ts'
import { consentProbe } from '../plugins/consent/port-probe/held.ts'

const NUMBER = '660000000000007'
const APP_SECRET = 'app-secret-of-the-expired-token'
const ADA = '4915100000001'
const BOB = '4915100000002'
const HOUR = 3_600_000

interface Message {
  readonly text: string
  readonly status: string
  readonly error: { readonly reason: string; readonly detail: string } | null
}

interface Conversation {
  readonly id: string
  readonly contact: { readonly name: string }
}

describe('an expired token, the whole way', function () {
  this.timeout(120_000)
  let up: AccountsKernel
  let simulator: WhatsAppSimulator
  let ann: Grant
  let connectionId = ''
  let account: Parameters<WhatsAppSimulator['addAccount']>[0]

  const api = <T = Record<string, unknown>>(status: number, method: string, url: string, payload?: object) =>
    up.must<T>(status, method, url, { token: ann.accessToken, ...(payload === undefined ? {} : { payload }) })

  before(async () => {
    let now = () => 0
    simulator = new WhatsAppSimulator({ now: () => now() })
    await simulator.listen()
    up = await AccountsKernel.start({
      listen: true,
      plugins: [
        './adapters/local-files',
        { use: './adapters/whatsapp', settings: { graphBaseUrl: simulator.url } },
        './plugins/contacts',
        './plugins/consent',
        { use: './plugins/inbox', settings: { burstMs: 0, authRetryMs: 1000 } },
        './plugins/notifications',
        fileURLToPath(new URL('../plugins/consent/port-probe/', import.meta.url)),
      ],
    })
    now = () => up.clock.millis()
    ann = await up.register('ann@example.com')
    await up.must(204, 'POST', '/api/auth/verify-email', { payload: { token: await up.tokenFor('ann@example.com') } })
    await connect()
  })
  after(async () => {
    await up?.stop()
    await simulator?.close()
  })

  /** As the console does: an endpoint with a token that we chose, then the account, which Meta confirms. */
  async function connect(): Promise<void> {
    const endpoint = await api<{ id: string; url: string; generated: { verifyToken: string } }>(
      201,
      'POST',
      '/api/endpoints',
      { adapter: 'whatsapp', secrets: { appSecret: APP_SECRET }, generate: ['verifyToken'] },
    )
    account = {
      phoneNumberId: NUMBER,
      wabaId: '1',
      accessToken: 'EAAfirst',
      displayPhoneNumber: '15550001111',
      verifiedName: 'The bakery',
      callbackUrl: `${up.test.baseUrl}/hooks/whatsapp/${endpoint.id}`,
      appSecret: APP_SECRET,
    }
    simulator.addAccount(account)
    const made = await api<{ id: string; title: string }>(201, 'POST', '/api/connections', {
      ...{ provider: 'whatsapp', externalId: NUMBER, name: 'Support', endpointId: endpoint.id, confirm: true },
      secrets: { accessToken: 'EAAfirst' },
    })
    expect(made.title).to.include('The bakery')
    connectionId = made.id
  }

  const settle = async () => {
    await simulator.webhooks.idle()
    await up.test.drain()
  }
  const conversationOf = async (name: string) => {
    const { items } = await api<{ items: Conversation[] }>(200, 'GET', '/api/conversations')
    const found = items.find(({ contact }) => contact.name === name)
    if (found === undefined) throw new Error(`no conversation with ${name}`)
    return found.id
  }
  const messagesOf = async (name: string) =>
    (await api<{ items: Message[] }>(200, 'GET', `/api/conversations/${await conversationOf(name)}/messages`)).items
  const connection = () =>
    api<{ health: string; healthDetail: string; healthSince: string }>(200, 'GET', `/api/connections/${connectionId}`)
  const told = async () =>
    (await api<{ items: { kind: string }[] }>(200, 'GET', '/api/notifications')).items.map(({ kind }) => kind)
  /** Time passes; access tokens of people live shorter. */
  const later = async (ms: number) => {
    up.clock.advance(ms)
    await settle()
    up.settle()
    ann = await up.loggedIn('ann@example.com')
  }

  it('stops sending with a named state and a notification, and goes on receiving', async () => {
    simulator.customer(ADA).named('Ada').text('hello')
    simulator.customer(BOB).named('Bob').text('hi')
    await settle()
    simulator.addAccount({ ...account, accessToken: 'EAAsecond' })
    const [ada, bob] = [await conversationOf('Ada'), await conversationOf('Bob')]
    await api(200, 'PATCH', `/api/conversations/${bob}`, { assigneeId: ann.userId })
    const author = { kind: 'agent', id: ann.userId } as const
    const sends = [
      ...['one', 'two', 'three'].map((text) => ({ conversationId: ada, text })),
      { conversationId: bob, text: 'too late' },
    ].map(({ conversationId, text }) => ({ conversationId, author, content: { kind: 'text', text } as const }))
    await up.test.kernel.database.transaction(ann.tenantId, async (uow) => {
      await consentProbe.messenger?.send(uow, sends)
    })
    await settle()
    const ill = await connection()
    expect(ill.health).to.equal('auth-failed')
    expect(ill.healthDetail).to.be.a('string').and.not.include('EAAfirst')
    expect(ill.healthSince).to.equal(up.clock.now().toISOString())
    expect(await told()).to.deep.equal(['connection.failed'])
    const refused = await up.call('POST', `/api/conversations/${ada}/messages`, {
      token: ann.accessToken,
      payload: { text: 'four' },
    })
    expect(refused.body).to.include({ status: 409, code: 'inbox.channel-unhealthy' })
    await later(20 * HOUR)
    simulator.customer(ADA).text('still there?')
    await settle()
    expect((await messagesOf('Ada')).map(({ text, status }) => `${text} ${status}`)).to.have.members([
      'hello received',
      'one queued',
      'two queued',
      'three queued',
      'still there? received',
    ])
  })

  it('sends what waited in order once it is connected again, and gives back what came too late with the reason', async () => {
    await later(5 * HOUR)
    const renew = (accessToken: string) => ({ secrets: { accessToken } })
    await api(422, 'PATCH', `/api/connections/${connectionId}`, renew('EAAwrong'))
    const mended = await api(200, 'PATCH', `/api/connections/${connectionId}`, renew('EAAsecond'))
    expect(mended).to.include({ health: 'ok', healthDetail: null })
    await later(1001)
    await later(1001)
    const received = simulator.customer(ADA).received.map(({ message }) => (message.text as { body: string }).body)
    expect(received).to.deep.equal(['one', 'two', 'three'])
    expect(simulator.customer(BOB).received).to.have.length(0)
    const returned = (await messagesOf('Bob')).find(({ text }) => text === 'too late')
    expect(returned?.status).to.equal('failed')
    expect(returned?.error).to.deep.include({ reason: 'window' })
    expect(returned?.error?.detail).to.include('The window is closed')
    expect(await told()).to.include.members(['connection.mended', 'message.failed'])
  })

  it('gives back what waits when the account is disconnected instead', async () => {
    simulator.addAccount({ ...account, accessToken: 'EAAthird' })
    const ada = await conversationOf('Ada')
    await api(201, 'POST', `/api/conversations/${ada}/messages`, { text: 'five' })
    await settle()
    expect((await connection()).health).to.equal('auth-failed')
    await api(204, 'DELETE', `/api/connections/${connectionId}`)
    await later(1001)
    await later(1001)
    const returned = (await messagesOf('Ada')).find(({ text }) => text === 'five')
    expect(returned).to.include({ status: 'failed' })
    expect(returned?.error).to.include({ reason: 'disconnected' })
  })
})
