import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import nes from '@hapi/nes/lib/client.js'
import { createTestDatabase, startTestKernel, type TestDatabase, type TestKernel } from '@parley/core/testing'
import { expect } from 'chai'
import { v4 } from 'uuid'

const PLUGINS = ['./adapters/local-files', './adapters/webchat', './plugins/contacts', './plugins/inbox']

describe('the web chat behind a load balancer, in two processes over one database', function () {
  this.timeout(60_000)
  let first: TestKernel
  let second: TestKernel
  let database: TestDatabase
  let connectionId: string

  before(async () => {
    const env = { PARLEY_KEYS: `k1:${randomBytes(32).toString('base64')}` }
    database = await createTestDatabase()
    first = await startTestKernel({ plugins: PLUGINS, env, database, listen: true })
    second = await startTestKernel({ plugins: PLUGINS, env, database, listen: true })
    const { connections, database: db } = first.kernel
    const made = await db.transaction(first.tenantId, (uow) =>
      connections.create(uow, { provider: 'webchat', externalId: 'w', name: 'Web chat' }),
    )
    connectionId = made.id
  })
  after(async () => {
    await second?.stop()
    await first?.stop()
    await database?.drop()
  })

  async function call<T>(kernel: TestKernel, method: string, path: string, token: string, body?: object): Promise<T> {
    const response = await fetch(kernel.baseUrl + path, {
      method,
      headers: { authorization: token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }

  it('wakes a page whose socket is at the one when everything else goes to the other', async () => {
    const session = await call<{ token: string; participantId: string }>(
      first,
      'POST',
      `/api/webchat/${connectionId}/session`,
      'none',
      {},
    )
    const token = `visitor ${session.token}`
    const hints = new EventEmitter()
    const client = new nes.Client(second.baseUrl.replace('http:', 'ws:') as 'ws://second')
    await client.connect({ auth: { headers: { authorization: token } }, reconnect: false })
    await client.subscribe(`/live/webchat/${session.participantId}`, (hint) => hints.emit('hint', hint))
    try {
      const woken = once(hints, 'hint')
      await call(first, 'POST', '/api/webchat/messages', token, { id: v4(), text: 'Hello' })
      expect((await woken)[0]).to.deep.equal({ seq: 1 })
      const answered = once(hints, 'hint')
      const agent = `Bearer ${first.apiKey}`
      const { items } = await call<{ items: { id: string }[] }>(first, 'GET', '/api/conversations', agent)
      await call(first, 'POST', `/api/conversations/${items[0]?.id}/messages`, agent, { text: 'Hi' })
      expect((await answered)[0]).to.deep.equal({ seq: 2 })
      const { messages } = await call<{ messages: { text: string; from: string }[] }>(
        second,
        'GET',
        '/api/webchat/messages',
        token,
      )
      expect(messages.map(({ text }) => text)).to.deep.equal(['Hello', 'Hi'])
    } finally {
      await client.disconnect()
    }
  })
})
