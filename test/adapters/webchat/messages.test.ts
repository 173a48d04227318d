import { type ChannelMessageReceived, type ChannelStatusChanged, UnavailableError } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { v4, v7 } from 'uuid'
import { TestVisitor } from './client.ts'
import { startWebchat, type WebchatUnderTest } from './kit.ts'
import { laneOf } from './stand-in-inbox.ts'

describe('messages over the web chat', () => {
  let kit: WebchatUnderTest
  let clock: TestClock
  let visitor: TestVisitor

  beforeEach(async () => {
    clock = new TestClock(new Date())
    kit = await startWebchat({ clock, settings: { historyPage: 5, limits: { messages: { burst: 6, perMinute: 60 } } } })
    visitor = new TestVisitor(kit)
    await visitor.arrive()
  })
  afterEach(() => kit.stop())

  const lane = (of = visitor) => laneOf(kit.connection.id, of.participantId)
  const received = () =>
    kit.inbox.ingested
      .filter(({ event }) => event.type.type === 'channel.message.received.v1')
      .map(({ event }) => event.data as ChannelMessageReceived)

  it('are acknowledged once stored, as one more event of the channel', async () => {
    const id = v4()
    const sent = await visitor.say('Hello', id)
    expect([sent.status, sent.body]).to.deep.equal([202, { id, duplicate: false }])
    const [data] = received()
    expect(data).to.deep.include({ channel: 'webchat', externalId: id, content: { kind: 'text', text: 'Hello' } })
    expect(data?.sender.identities).to.deep.equal([
      { kind: 'visitor', scope: kit.connection.id, value: visitor.participantId },
    ])
    expect(kit.inbox.ingested[0]?.tenantId).to.equal(kit.connection.tenantId)
    expect(kit.inbox.ingested[0]?.event.key).to.equal(lane())
  })

  it('are stored once however often they are sent', async () => {
    const id = v4()
    await visitor.say('Hello', id)
    const again = await visitor.say('Hello', id)
    expect([again.status, again.body.duplicate]).to.deep.equal([202, true])
    expect(received()).to.have.length(1)
  })

  it('are not acknowledged when they could not be stored: 503, and the same message later is stored once', async () => {
    const id = v4()
    kit.inbox.failure = new UnavailableError('database.unavailable', 'down')
    const lost = await visitor.say('Hello', id)
    expect(lost.status).to.equal(503)
    expect(lost.headers.get('retry-after')).to.match(/\d/)
    kit.inbox.failure = undefined
    expect((await visitor.say('Hello', id)).body).to.deep.equal({ id, duplicate: false })
  })

  it('can quote and can be a tap', async () => {
    await visitor.say('About that', v4(), { replyTo: 'm-1' })
    await visitor.say('Yes', v4(), { payload: 'yes', source: 'button' })
    await visitor.say('Maybe', v4(), { payload: 'maybe' })
    const [quote, tap, quick] = received()
    expect(quote?.replyTo).to.equal('m-1')
    expect(tap?.content).to.deep.equal({ kind: 'reply', source: 'button', text: 'Yes', payload: 'yes' })
    expect(quick?.content).to.include({ kind: 'reply', source: 'quick-reply' })
  })

  const wrong: Readonly<Record<string, object>> = {
    'without an id': { text: 'x' },
    'with an id that is none': { id: 'x', text: 'x' },
    'with nothing in it': { id: v4() },
    'of white space': { id: v4(), text: ' \n ' },
    'that is too long': { id: v4(), text: 'x'.repeat(4097) },
    'that is no text': { id: v4(), text: { $ne: 1 } },
    'with a field of somebody else': { id: v4(), text: 'x', tenantId: v7() },
    'that taps nothing': { id: v4(), payload: 'x' },
  }
  for (const [what, body] of Object.entries(wrong)) {
    it(`are refused ${what}`, async () => {
      expect((await visitor.call('POST', '/api/webchat/messages', body)).status).to.equal(400)
      expect(kit.inbox.ingested).to.deep.equal([])
    })
  }

  it('are refused from whoever is no visitor', async () => {
    for (const token of ['', 'nonsense', `${visitor.token}x`]) {
      const stranger = new TestVisitor(kit)
      stranger.token = token
      expect((await stranger.say('Hello')).status).to.equal(401)
      expect((await stranger.read()).status).to.equal(401)
    }
  })

  it('leave the server healthy and nothing stored when they are broken', async () => {
    const post = (body: string | Uint8Array<ArrayBuffer>) =>
      fetch(`${kit.url}/api/webchat/messages`, {
        method: 'POST',
        headers: { authorization: `visitor ${visitor.token}`, 'content-type': 'application/json' },
        body,
      })
    const deep = `${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}`
    const broken = ['', '{', 'null', '[]', '7', '"x"', '{}', '\0\uFFFD', deep, 'x'.repeat(200_000)]
    for (const body of [...broken, new Uint8Array([0xff, 0xfe, 0x7b, 0x00])]) {
      const answer = await post(body)
      expect(answer.status, String(body.slice(0, 10))).to.be.within(400, 422)
      expect(await answer.json()).to.include.keys('code', 'status')
    }
    expect((await post('x'.repeat(2_000_000))).status).to.equal(413)
    expect(kit.inbox.ingested).to.deep.equal([])
    expect((await visitor.say('Still there?')).status).to.equal(202)
  })

  it('are slowed down when there are too many, and flow again after the time that was told', async () => {
    for (let i = 0; i < 6; i++) expect((await visitor.say('x')).status).to.equal(202)
    const refused = await visitor.say('x')
    expect([refused.status, refused.body.code]).to.deep.equal([429, 'webchat.too-many-requests'])
    clock.advance(Number(refused.headers.get('retry-after')) * 1000)
    expect((await visitor.say('x')).status).to.equal(202)
  })

  it('are read on from a cursor, page by page, each once', async () => {
    for (let i = 0; i < 6; i++) await visitor.say(`m${i}`)
    for (let i = 6; i < 12; i++) kit.inbox.say(lane(), { kind: 'text', text: `m${i}` })
    const texts: string[] = []
    let cursor = 0
    for (let more = true; more; ) {
      const { body } = await visitor.read(cursor)
      texts.push(...body.messages.map(({ text }: { text: string }) => text))
      ;({ cursor, more } = body)
    }
    expect(texts).to.deep.equal(Array.from({ length: 12 }, (_, i) => `m${i}`))
    expect((await visitor.read(cursor)).body).to.deep.equal({ messages: [], cursor, more: false })
  })

  it('of ours that have not left yet stay unseen, and come with their next revision', async () => {
    const id = kit.inbox.say(lane(), { kind: 'text', text: 'Soon' }, 'queued')
    const first = await visitor.read()
    expect(first.body).to.deep.equal({ messages: [], cursor: 1, more: false })
    kit.inbox.settle(lane(), id, 'sent')
    expect((await visitor.read(first.body.cursor)).body.messages[0]).to.include({ id, text: 'Soon', status: 'sent' })
  })

  it('belong to their visitor alone', async () => {
    const other = new TestVisitor(kit)
    await other.arrive()
    await visitor.say('A secret')
    expect((await other.read()).body.messages).to.deep.equal([])
  })

  it('end with their connection', async () => {
    const elsewhere = await startWebchat()
    const guest = new TestVisitor(elsewhere)
    guest.token = visitor.token
    expect((await guest.read()).status).to.equal(401)
    await elsewhere.stop()
  })

  describe('receipts', () => {
    const statuses = () =>
      kit.inbox.ingested
        .filter(({ event }) => event.type.type === 'channel.status.changed.v1')
        .map(({ event }) => event.data as ChannelStatusChanged)
    const report = (messages: string[], status = 'read', after = 0) =>
      visitor.call('POST', '/api/webchat/receipts', { status, after, messages })

    it('tell what arrived and what was seen, once each', async () => {
      const id = kit.inbox.say(lane(), { kind: 'text', text: 'Hi' })
      expect((await report([id], 'delivered')).body).to.deep.equal({ stored: 1 })
      expect((await report([id])).body).to.deep.equal({ stored: 1 })
      expect((await report([id])).body).to.deep.equal({ stored: 0 })
      expect(statuses().map(({ status, externalId }) => [status, externalId])).to.deep.equal([
        ['delivered', id],
        ['read', id],
      ])
    })

    it('count for messages of ours in the visitor’s own thread only', async () => {
      const own = v4()
      await visitor.say('Mine', own)
      const other = new TestVisitor(kit)
      await other.arrive()
      const theirs = kit.inbox.say(lane(other), { kind: 'text', text: 'For the other' })
      expect((await report([theirs, own, v7()])).body).to.deep.equal({ stored: 0 })
      expect(statuses()).to.deep.equal([])
    })

    it('are refused in a wrong shape', async () => {
      expect((await report([])).status).to.equal(400)
      expect((await report(['x'])).status).to.equal(400)
      expect((await report([v7()], 'failed')).status).to.equal(400)
    })
  })
})
