import { EventEmitter, once } from 'node:events'
import nes from '@hapi/nes/lib/client.js'
import { expect } from 'chai'
import { TestVisitor } from './client.ts'
import { startWebchat, type WebchatUnderTest } from './kit.ts'
import { laneOf } from './stand-in-inbox.ts'

describe('the live side of the web chat', () => {
  let kit: WebchatUnderTest
  const clients: InstanceType<typeof nes.Client>[] = []

  before(async () => {
    kit = await startWebchat()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.disconnect()
  })
  after(() => kit.stop())

  async function listen(visitor: TestVisitor, participantId = visitor.participantId) {
    const client = new nes.Client(kit.url.replace('http:', 'ws:') as 'ws://x')
    clients.push(client)
    const target = new EventEmitter()
    const auth = { headers: { authorization: `visitor ${visitor.token}` } }
    await client.connect({ auth, reconnect: false })
    await client.subscribe(`/live/webchat/${participantId}`, (hint) => target.emit('hint', hint))
    return target
  }

  it('wakes the visitor when the thread moves, without telling what was said', async () => {
    const visitor = new TestVisitor(kit)
    await visitor.arrive()
    await visitor.say('Hello')
    const hints = await listen(visitor)
    const woken = once(hints, 'hint')
    kit.inbox.say(laneOf(kit.connection.id, visitor.participantId), { kind: 'text', text: 'A secret' })
    const [hint] = await woken
    expect(hint).to.deep.equal({ seq: 2 })
  })

  it('wakes a visitor who listened before there was a thread, from their first message on', async () => {
    const visitor = new TestVisitor(kit)
    const bystander = new TestVisitor(kit)
    await visitor.arrive()
    await bystander.arrive()
    const hints = await listen(visitor)
    const others: unknown[] = []
    ;(await listen(bystander)).on('hint', (hint) => others.push(hint))
    const first = once(hints, 'hint')
    await visitor.say('Hello')
    expect((await first)[0]).to.deep.equal({ seq: 1 })
    const second = once(hints, 'hint')
    kit.inbox.say(laneOf(kit.connection.id, visitor.participantId), { kind: 'text', text: 'Hi' })
    expect((await second)[0]).to.deep.equal({ seq: 2 })
    expect(others).to.deep.equal([])
  })

  it('lets a visitor listen to nobody else', async () => {
    const visitor = new TestVisitor(kit)
    const other = new TestVisitor(kit)
    await visitor.arrive()
    await other.arrive()
    const refused = await listen(visitor, other.participantId).catch((error: Error & { statusCode?: number }) => error)
    expect(refused).to.have.property('statusCode', 403)
  })

  it('lets no stranger listen', async () => {
    const stranger = new TestVisitor(kit)
    stranger.token = 'nonsense'
    const refused = await listen(stranger).catch((error: Error & { statusCode?: number }) => error)
    expect(refused).to.have.property('statusCode', 401)
  })
})
