import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { until } from '../../core/events/kit.ts'
import { RemoteHouse } from './kit.ts'
import { secretOf } from './vendor.ts'

const PLUGINS = [{ use: './plugins/contacts' }, { use: './plugins/inbox', settings: { sendConcurrency: 8 } }]
const ENDPOINT = secretOf('endpoint of a tenant')

describe('a remote that takes calls and answers none', function () {
  this.timeout(60_000)
  let stuck: Server
  let held = 0
  let house: RemoteHouse

  before(async () => {
    stuck = createServer(() => {
      held += 1
    })
    await new Promise<void>((resolve) => stuck.listen(0, '127.0.0.1', resolve))
    // Longer than any machine takes for the case, so that no call comes to its end meanwhile.
    const egress = { allow: ['127.0.0.1/32'], timeoutMs: 600_000 }
    const own = { url: undefined, secret: undefined, tenantUrls: true, maxCallsAtOnce: 3, egress }
    house = await RemoteHouse.open({ accounts: ['line-1'], plugins: PLUGINS, settings: own })
  })

  after(async () => {
    stuck.closeAllConnections()
    await new Promise((resolve) => stuck.close(resolve))
    await house.close()
  })

  it('holds up its own messages, and those of nobody else', async () => {
    const { test, remote } = house
    const { id, url } = await house.endpoint(test.tenantId, ENDPOINT)
    remote.hook = { url, secrets: [ENDPOINT] }
    const places = { 'line-1': remote.url, 'line-2': `http://127.0.0.1:${(stuck.address() as AddressInfo).port}` }
    for (const [account, place] of Object.entries(places)) {
      const connection = await house.connect(test.tenant, account, id)
      const { connections, database } = test.kernel
      await database.transaction(test.tenantId, (uow) =>
        connections.update(uow, connection.id, { settings: { url: place } }),
      )
    }
    const people = Array.from({ length: 20 }, (_, index) => `person-${index}`)
    const from = (value: string) => ({ identities: [{ kind: 'remote', scope: '', value }] })
    await remote.tell(people.map((who) => house.message(who, 'line-2', { sender: from(who) })))
    await test.drain(20_000)
    const conversations = async () =>
      ((await test.inject({ url: '/api/conversations?limit=50' })).body as { items: { id: string }[] }).items
    for (const conversation of await conversations()) await answer(conversation.id, 'never answered')
    await until(() => held === 3, 30_000)
    await remote.tell([house.message('other', 'line-1', { sender: from('somebody else') })])
    const known = new Set((await conversations()).map((one) => one.id))
    await until(async () => {
      for (const one of await conversations()) if (!known.has(one.id)) known.add(one.id)
      return known.size === 21
    }, 30_000)
    for (const conversation of await conversations()) await answer(conversation.id, 'and the others')
    await until(() => {
      house.clock.advance(1_000)
      return remote.received.some(({ to }) => to === 'somebody else')
    }, 30_000)
    expect(held, 'the stuck one holds as many as it may, and no more').to.equal(3)
  })

  async function answer(conversationId: string, text: string): Promise<void> {
    const url = `/api/conversations/${conversationId}/messages`
    const { status } = await house.test.inject({ method: 'POST', url, payload: { text } })
    expect(status).to.be.within(200, 202)
  }
})
