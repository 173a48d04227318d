import { expect } from 'chai'
import { ChannelEvents, testChannels } from './channel-events.ts'
import { InboxDatabase } from './inbox-database.ts'

interface Row {
  readonly seq: number
  readonly direction: string
  readonly kind: string
  readonly text: string
  readonly status: string
  readonly external_id: string
}

describe('recording what channels heard', () => {
  const channels = testChannels()
  let inbox: InboxDatabase
  let on: ChannelEvents

  const messages = () =>
    inbox.rows<Row>('select seq, direction, kind, text, status, external_id from inbox.message order by thread_id, seq')
  const texts = async () => (await messages()).map((row) => row.text)
  const conversations = () =>
    inbox.rows<Record<string, unknown>>(
      'select status, holder, unread_count, last_message, resolved_at, contact_id from inbox.conversation order by opened_at, id',
    )
  const types = () => inbox.drain().map((event) => event.type)

  beforeEach(async () => {
    inbox = await InboxDatabase.create()
    on = new ChannelEvents(inbox.connectionId)
  })
  afterEach(() => inbox.drop())

  it('stores a batch of several people in order, one thread and one conversation a person', async () => {
    await inbox.receive(
      channels,
      on.message('+1', 'a1', 'one'),
      on.message('+2', 'b1', 'hello'),
      on.message('+1', 'a2', 'two'),
      on.message('+1', 'a3', { kind: 'location', latitude: 1, longitude: 2, name: 'Here' }),
    )
    const rows = await messages()
    expect(rows.map(({ seq, text, external_id }) => [seq, text, external_id])).to.have.deep.members([
      [1, 'one', 'a1'],
      [2, 'two', 'a2'],
      [3, 'Here', 'a3'],
      [1, 'hello', 'b1'],
    ])
    const first = (await conversations()).find((row) => row.unread_count === 3)
    expect(first).to.deep.include({ status: 'open', holder: 'none' })
    expect(first?.last_message).to.deep.include({ kind: 'location', preview: 'Here', direction: 'in' })
    expect(types().sort()).to.deep.equal([
      'contact.created.v1',
      'contact.created.v1',
      'conversation.changed.v1',
      'conversation.changed.v1',
      'message.received.v1',
      'message.received.v1',
      'message.received.v1',
      'message.received.v1',
    ])
  })

  it('stores nothing twice: not in one batch, not again, not in another order', async () => {
    const one = on.message('+1', 'a1', 'one')
    const two = on.message('+1', 'a2', 'two')
    await inbox.receive(channels, one, two, one)
    inbox.drain()
    await inbox.receive(channels, two, one)
    expect(await texts()).to.deep.equal(['one', 'two'])
    expect((await conversations()).map((row) => row.unread_count)).to.deep.equal([2])
    expect(types()).to.deep.equal([])
  })

  it('takes the same few round trips for a batch of any size', async () => {
    const count = async (prefix: string, size: number) => {
      let queries = 0
      await inbox.database.transaction(inbox.tenantId, async (uow) => {
        uow.trx.on('query', ({ sql }) => {
          if (sql !== 'COMMIT') queries++
        })
        const events = Array.from({ length: size }, (_, index) =>
          on.message(`+${index % 40}`, `${prefix}${index}`, 'hi'),
        )
        const deliveries = events.map((event) => ({
          event: { type: event.type.type, data: event.data },
          position: { topic: 'channel', part: 0, off: 0n },
          attempt: 1,
          signal: AbortSignal.timeout(1000),
        }))
        await inbox.handler(channels).handle(deliveries as never, uow)
      })
      return queries
    }
    expect(await count('a', 100)).to.equal(6)
    expect(await count('b', 200)).to.equal(4)
    expect(await count('c', 1)).to.equal(4)
  })

  it('opens the window by the time of the message, and counts a late one for what it is', async () => {
    await inbox.receive(channels, on.message('+1', 'a1', 'hi'))
    const window = () => inbox.rows<{ window_expires_at: Date }>('select window_expires_at from inbox.thread')
    expect((await window())[0]?.window_expires_at.toISOString()).to.equal('2026-01-06T09:00:01.000Z')
    await inbox.receive(channels, on.message('+1', 'a2', 'old', { occurredAt: '2026-01-01T00:00:00.000Z' }))
    expect((await window())[0]?.window_expires_at.toISOString()).to.equal('2026-01-06T09:00:01.000Z')
  })

  it('links a quote to the message it quotes', async () => {
    await inbox.receive(channels, on.message('+1', 'a1', 'question'))
    await inbox.receive(
      channels,
      on.message('+1', 'a2', 'about that', { replyTo: 'a1' }),
      on.message('+1', 'a3', 'x', { replyTo: 'gone' }),
    )
    const rows = await inbox.rows<{ quoted: string | null; reply_to_external: string }>(
      `select q.text as quoted, m.reply_to_external from inbox.message m left join inbox.message q on q.id = m.reply_to
       where m.seq > 1 order by m.seq`,
    )
    expect(rows).to.deep.equal([
      { quoted: 'question', reply_to_external: 'a1' },
      { quoted: null, reply_to_external: 'gone' },
    ])
  })

  describe('edits, revokes and reactions', () => {
    const stored = async () =>
      (
        await inbox.rows<Record<string, never>>(
          'select text, reactions, history, extra from inbox.message order by seq',
        )
      )[0] as
        | {
            text: string
            reactions: { emoji: string }[]
            history: { change: string; content: { text: string } }[]
            extra: object
          }
        | undefined

    it('change their message and keep what it said', async () => {
      await inbox.receive(channels, on.message('+1', 'a1', 'helo'))
      await inbox.receive(channels, on.edit('+1', 'a1', 'hello'), on.reaction('+1', 'r1', 'a1', '👍'))
      expect(await stored()).to.deep.include({ text: 'hello' })
      expect((await stored())?.history.map((past) => past.content.text)).to.deep.equal(['helo'])
      expect((await stored())?.reactions.map((one) => one.emoji)).to.deep.equal(['👍'])
      await inbox.receive(channels, on.reaction('+1', 'r2', 'a1', null), on.revoke('+1', 'a1'))
      expect(await stored()).to.deep.include({ text: '', reactions: [] })
      expect((await stored())?.history.map((past) => past.change)).to.deep.equal(['edited', 'revoked'])
      expect(types().filter((type) => type === 'message.changed.v1')).to.have.length(4)
    })

    it('wait for a message that comes after them, in another batch or in the same', async () => {
      const message = on.message('+1', 'a1', 'helo')
      const reaction = on.reaction('+1', 'r1', 'a1', '👍')
      await inbox.receive(channels, reaction)
      expect(await messages()).to.deep.equal([])
      await inbox.receive(channels, on.edit('+1', 'a1', 'hello'), message)
      expect(await stored()).to.deep.include({ text: 'hello' })
      expect((await stored())?.reactions.map((one) => one.emoji)).to.deep.equal(['👍'])
      expect(await inbox.rows('select 1 from inbox.early_change')).to.deep.equal([])
    })

    it('change nothing when they come again', async () => {
      await inbox.receive(channels, on.message('+1', 'a1', 'helo'))
      const edit = on.edit('+1', 'a1', 'hello')
      await inbox.receive(channels, edit)
      inbox.drain()
      await inbox.receive(channels, edit)
      expect(types()).to.deep.equal([])
      expect((await stored())?.history).to.have.length(1)
    })
  })

  describe('messages of the business from elsewhere', () => {
    it('are stored once, outbound, and take the conversation into human hands', async () => {
      await inbox.receive(channels, on.message('+1', 'a1', 'hi'))
      const echo = on.echo('+1', 'n1', 'I am on it')
      await inbox.receive(channels, echo)
      await inbox.receive(channels, echo)
      expect((await messages()).map((row) => [row.direction, row.text, row.status])).to.deep.equal([
        ['in', 'hi', 'received'],
        ['out', 'I am on it', 'sent'],
      ])
      expect((await conversations())[0]).to.deep.include({ holder: 'human', unread_count: 1 })
    })

    it('start a thread when the business wrote first', async () => {
      await inbox.receive(channels, on.echo('+9', 'n1', 'Hello there'), on.status('+9', 'n1', 'read'))
      expect((await messages()).map((row) => [row.direction, row.status])).to.deep.equal([['out', 'read']])
    })
  })

  describe('conversations', () => {
    const resolve = () =>
      inbox.rows(`update inbox.conversation set status = 'resolved', resolved_at = ?::timestamptz`, [
        inbox.clock.now().toISOString(),
      ])

    it('reopen soon after they were resolved, and give way to a new one later', async () => {
      await inbox.receive(channels, on.message('+1', 'a1', 'one'))
      await resolve()
      inbox.clock.advance(23 * 3_600_000)
      await inbox.receive(channels, on.message('+1', 'a2', 'two'))
      expect((await conversations()).map((row) => row.status)).to.deep.equal(['open'])
      await resolve()
      inbox.clock.advance(25 * 3_600_000)
      inbox.drain()
      await inbox.receive(channels, on.message('+1', 'a3', 'three'))
      const [old, fresh] = await conversations()
      expect([old?.status, fresh?.status]).to.deep.equal(['resolved', 'open'])
      expect(fresh?.contact_id).to.equal(old?.contact_id)
      expect(inbox.drain().find((event) => event.type === 'message.received.v1')?.data.opensConversation).to.equal(true)
      expect((await messages()).map((row) => row.seq)).to.deep.equal([1, 2, 3])
    })

    it('expire by idle time when the next message comes', async () => {
      await inbox.receive(channels, on.message('+1', 'a1', 'one'))
      inbox.clock.advance(73 * 3_600_000)
      inbox.drain()
      await inbox.receive(channels, on.message('+1', 'a2', 'two'))
      expect((await conversations()).map((row) => row.status)).to.deep.equal(['resolved', 'open'])
      expect(inbox.drain().flatMap((event) => event.data.change ?? [])).to.deep.equal(['expired', 'opened'])
    })

    it('wake from a snooze', async () => {
      await inbox.receive(channels, on.message('+1', 'a1', 'one'))
      await inbox.rows(`update inbox.conversation set status = 'snoozed', snoozed_until = '2027-01-01'`)
      await inbox.receive(channels, on.message('+1', 'a2', 'two'))
      expect(await inbox.rows('select status, snoozed_until from inbox.conversation')).to.deep.equal([
        { status: 'open', snoozed_until: null },
      ])
    })
  })

  it('keeps wishes about being written to, also of somebody who never wrote', async () => {
    await inbox.receive(channels, on.preference('+1', 'marketing', 'stop'))
    await inbox.receive(channels, on.preference('+1', 'all', 'stop'), on.preference('+1', 'all', 'resume'))
    expect(await inbox.rows(`select consent - 'at' as consent, conversation_id from inbox.thread`)).to.deep.equal([
      { consent: { marketing: 'stop', all: 'resume' }, conversation_id: null },
    ])
    const [thread] = await inbox.rows(`select consent->'at' as at from inbox.thread`)
    expect(thread?.at).to.have.all.keys('marketing', 'all')
    await inbox.receive(channels, on.message('+1', 'a1', 'hello'))
    expect(await texts()).to.deep.equal(['hello'])
  })

  it('lets two processes that see the same new person make one thread', async () => {
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => inbox.receive(channels, on.message('+1', `a${index}`, `${index}`))),
    )
    expect(await inbox.rows('select next_seq from inbox.thread')).to.deep.equal([{ next_seq: 7 }])
    expect((await messages()).map((row) => row.seq)).to.deep.equal([1, 2, 3, 4, 5, 6])
    expect(await conversations()).to.have.length(1)
  })

  it('takes a NUL and half an emoji for what a decoder would make of them', async () => {
    await inbox.receive(channels, on.message('+1', 'a1', 'a\u0000b\ud83d'))
    expect(await texts()).to.deep.equal(['a\ufffdb\ufffd'])
  })
})
