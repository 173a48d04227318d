import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, startTestKernel, type TestDatabase, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { WhatsAppSimulator } from '../../../adapters/whatsapp/simulator/index.ts'
import { freePort } from '../../e2e/installation.ts'
import { until } from '../events/kit.ts'

const NUMBER = '660000000000077'
const APP_SECRET = 'app-secret-of-the-channel-apart'
const TOKEN = 'EAAtokenOfTheChannelApart'
const ADA = '4915100000077'
const QUICK = { PEERS_BEAT_MS: '50', PEERS_AWAY_MS: '2000' }

interface Shown {
  readonly direction: string
  readonly text: string
  readonly status: string
  readonly attachments: readonly { readonly state: string; readonly url: string }[]
}

describe('a channel alone in its process', function () {
  this.timeout(60_000)
  let folder: string
  let database: TestDatabase
  let simulator: WhatsAppSimulator
  let inbox: TestKernel
  let channel: TestKernel | undefined
  let channelPort: number

  const env = (plugins: string, port: number) => ({ ...QUICK, PARLEY_KEYS: keys, PLUGINS: plugins, PORT: String(port) })
  const keys = `k1:${randomBytes(32).toString('base64')}`
  const plugins = () => [
    { use: './adapters/local-files', settings: { folder } },
    { use: './adapters/whatsapp', settings: { graphBaseUrl: simulator.url } },
    './plugins/contacts',
    { use: './plugins/inbox', settings: { burstMs: 0, throttleMs: 100, authRetryMs: 100 } },
  ]
  const start = (own: string, port = 0) =>
    startTestKernel({ plugins: plugins(), env: env(own, port), database, listen: true })
  const startChannel = () => start('whatsapp,local-files', channelPort)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-apart-'))
    simulator = new WhatsAppSimulator()
    await simulator.listen()
    database = await createTestDatabase()
    channelPort = await freePort()
    inbox = await start('-whatsapp')
    channel = await startChannel()
    await connect(channel)
  })
  after(async () => {
    await channel?.stop()
    await inbox?.stop()
    await simulator?.close()
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  async function connect({ inject, baseUrl }: TestKernel): Promise<void> {
    const secrets = { appSecret: APP_SECRET, verifyToken: 'token' }
    const post = async (url: string, payload: object) => {
      const answer = await inject({ method: 'POST', url, payload })
      expect(answer.status, answer.text).to.equal(201)
      return answer.body as { id: string; url: string }
    }
    const endpoint = await post('/api/endpoints', { adapter: 'whatsapp', secrets })
    await post('/api/connections', {
      ...{ provider: 'whatsapp', externalId: NUMBER, name: 'Apart', endpointId: endpoint.id },
      secrets: { accessToken: TOKEN },
    })
    const callbackUrl = `${baseUrl}${new URL(endpoint.url).pathname}`
    simulator.addAccount({
      ...{ phoneNumberId: NUMBER, wabaId: 'waba', accessToken: TOKEN, displayPhoneNumber: '4930000077' },
      ...{ verifiedName: 'Apart', appSecret: APP_SECRET, callbackUrl },
    })
  }

  async function conversation(): Promise<{ id: string; messages: readonly Shown[] }> {
    const { body } = await inbox.inject({ url: '/api/conversations' })
    const [first] = (body as { items: readonly { id: string }[] }).items
    if (first === undefined) return { id: '', messages: [] }
    const listed = await inbox.inject({ url: `/api/conversations/${first.id}/messages` })
    return { id: first.id, messages: (listed.body as { items: readonly Shown[] }).items }
  }
  const say = async (text: string) => {
    const { id } = await conversation()
    const answer = await inbox.inject({
      method: 'POST',
      url: `/api/conversations/${id}/messages`,
      payload: { text },
    })
    expect(answer.status, answer.text).to.equal(201)
  }
  const received = () =>
    simulator.customer(ADA).received.map(({ message }) => (message.text as { body: string } | undefined)?.body)

  it('takes in what customers write, and sends what agents answer in another process', async () => {
    simulator.customer(ADA).text('Anybody there?')
    await until(async () => (await conversation()).messages.length === 1)
    await say('All of us.')
    await until(() => received().length === 1)
    expect(received()).to.deep.equal(['All of us.'])
    await until(async () => (await conversation()).messages.some(({ status }) => status === 'read'))
  })

  it('gives the files that customers send to the process that keeps them', async () => {
    simulator.customer(ADA).image(Buffer.from('jpeg bytes'))
    const stored = async () =>
      (await conversation()).messages.flatMap(({ attachments }) => attachments).find(({ state }) => state === 'stored')
    await until(async () => (await stored()) !== undefined)
    expect((await inbox.inject({ url: (await stored())?.url ?? '' })).text).to.equal('jpeg bytes')
  })

  it('keeps what is to be sent while its process is away, also when that only died, and sends it in order after', async () => {
    // A second one, as a process that died leaves it: nobody listens there.
    await database.knex.raw(
      `insert into parley.peer (id, url, offers, seen_at)
       select gen_random_uuid(), ?, offers, seen_at from parley.peer where url = ?`,
      [`http://127.0.0.1:${await freePort()}`, channel?.baseUrl ?? ''],
    )
    await channel?.stop()
    expect(await peers(), 'the one that stopped said so').to.equal(2)
    await say('first')
    await until(async () => (await peers()) === 1)
    await say('second')
    channel = await startChannel()
    await until(() => received().length === 3)
    expect(received()).to.deep.equal(['All of us.', 'first', 'second'])
    simulator.customer(ADA).text('Thanks!')
    await until(async () => (await conversation()).messages.some(({ text }) => text === 'Thanks!'))
  })

  const peers = async () => (await database.knex('parley.peer')).length
})
