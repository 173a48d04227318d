import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { type ApiConversation, type ApiMessage, InboxKernel } from './inbox-kernel.ts'

describe("the agents' API", () => {
  let inbox: InboxKernel
  const clock = new TestClock()

  before(async () => {
    inbox = await InboxKernel.start({}, { clock })
    for (const [index, text] of [
      'Where is my parcel?',
      'Ist der Käse vegan?',
      '请问价格多少',
      'parcel again',
    ].entries()) {
      clock.advance(1000)
      await inbox.receive(inbox.on.message(`+4915100000${index}`, `m${index}`, text))
    }
  })
  after(() => inbox.stop())

  const previews = (conversations: ApiConversation[]) => conversations.map((one) => one.lastMessage?.preview)
  const ids = async () => (await inbox.conversations()).map((one) => one.id)
  const patch = async (payload: object, id?: string) =>
    inbox.call('PATCH', `/api/conversations/${id ?? (await inbox.newest())}`, payload)

  describe('the list of conversations', () => {
    it('shows the most recently active first, page by page', async () => {
      const all = ['parcel again', '请问价格多少', 'Ist der Käse vegan?', 'Where is my parcel?']
      expect(previews(await inbox.conversations())).to.deep.equal(all)
      const first = await inbox.get<{ items: ApiConversation[]; next: string }>('/api/conversations?limit=3')
      const second = await inbox.get<{ items: ApiConversation[]; next: null }>(
        `/api/conversations?limit=3&cursor=${first.next}`,
      )
      expect([...previews(first.items), ...previews(second.items)]).to.deep.equal(all)
      expect(second.next).to.equal(null)
    })

    it('finds words of messages in any script, names and numbers', async () => {
      expect(previews(await inbox.conversations('?q=parcel'))).to.deep.equal(['parcel again', 'Where is my parcel?'])
      expect(previews(await inbox.conversations('?q=kase'))).to.deep.equal(['Ist der Käse vegan?'])
      expect(previews(await inbox.conversations(`?q=${encodeURIComponent('价格')}`))).to.deep.equal(['请问价格多少'])
      expect(previews(await inbox.conversations('?q=5100000'))).to.have.length(4)
      expect(previews(await inbox.conversations(`?q=${encodeURIComponent('+49151000002')}`))).to.deep.equal([
        '请问价格多少',
      ])
      expect(await inbox.conversations('?q=nowhere')).to.deep.equal([])
      expect(await inbox.conversations(`?q=${encodeURIComponent("' & !")}`)).to.deep.equal([])
    })

    it('is filtered by status, assignee, label and channel', async () => {
      const [first = '', second = '', third = ''] = await ids()
      await patch({ status: 'resolved' }, first)
      await patch({ assigneeId: 'ada', labels: ['vip', 'urgent'] }, second)
      await patch({ labels: ['vip'] }, third)
      const found = async (query: string) => (await inbox.conversations(query)).map((one) => one.id)
      expect(await found('?status=resolved')).to.deep.equal([first])
      expect(await found('?assignee=ada')).to.deep.equal([second])
      expect(await found('?assignee=none&status=open')).to.have.length(2)
      expect(await found('?label=vip')).to.deep.equal([second, third])
      expect(await found('?label=urgent&assignee=ada&status=open')).to.deep.equal([second])
      expect(await found('?channel=test')).to.have.length(4)
      expect(await found('?channel=other')).to.deep.equal([])
      await patch({ status: 'open' }, first)
      await patch({ assigneeId: null, labels: [] }, second)
    })

    it('answers 400 to a cursor it did not make, and 401 without a key', async () => {
      expect((await inbox.call('GET', '/api/conversations?cursor=nonsense')).body).to.include({
        code: 'cursor.invalid',
      })
      expect((await inbox.test.inject({ url: '/api/conversations', as: null })).status).to.equal(401)
    })

    it('shows another tenant nothing', async () => {
      const other = await inbox.test.createTenant('other')
      const list = await inbox.test.inject({ url: '/api/conversations?q=parcel', as: other })
      expect(list.body).to.deep.equal({ items: [], next: null })
      const one = await inbox.test.inject({ url: `/api/conversations/${await inbox.newest()}`, as: other })
      expect(one.status).to.equal(404)
    })
  })

  describe('a conversation', () => {
    it('is claimed by the first who says what he expects', async () => {
      const { fence } = await inbox.conversation()
      const claims = await Promise.all(
        ['ada', 'bob'].map((assigneeId) => patch({ assigneeId, holder: 'human', expect: { assigneeId: null, fence } })),
      )
      expect(claims.map((answer) => answer.status).sort()).to.deep.equal([200, 409])
      await patch({ assigneeId: null, holder: 'none' })
    })

    it('changes hands with a growing fence', async () => {
      const { fence } = await inbox.conversation()
      expect((await patch({ holder: 'human' })).body).to.include({ holder: 'human', fence: fence + 1 })
      expect((await patch({ holder: 'human' })).body).to.include({ holder: 'human', fence: fence + 1 })
      expect((await patch({ holder: 'none' })).body).to.include({ holder: 'none', fence: fence + 2 })
    })

    it('sleeps until the time it was snoozed to', async () => {
      const snoozedUntil = new Date(clock.millis() + 3_600_000).toISOString()
      expect((await patch({ status: 'snoozed' })).status).to.equal(400)
      expect((await patch({ snoozedUntil: '2020-01-01T00:00:00Z' })).body).to.include({ code: 'inbox.snooze-in-past' })
      expect((await patch({ snoozedUntil })).body).to.deep.include({ status: 'snoozed', snoozedUntil })
      clock.advance(3_600_001)
      await inbox.until(async () => (await inbox.conversation()).status === 'open', 'the waking')
    })

    it('says 404 for an id that is not there', async () => {
      const nowhere = '0199aaaa-0000-7000-8000-000000000000'
      for (const [method, url, payload] of [
        ['GET', `/api/conversations/${nowhere}`],
        ['GET', `/api/conversations/${nowhere}/messages`],
        ['PATCH', `/api/conversations/${nowhere}`, { status: 'open' }],
        ['POST', `/api/conversations/${nowhere}/messages`, { text: 'x' }],
        ['POST', `/api/conversations/${nowhere}/notes`, { text: 'x' }],
        ['POST', `/api/conversations/${nowhere}/read`],
        ['GET', `/api/messages/${nowhere}`],
        ['DELETE', `/api/messages/${nowhere}`],
        ['POST', `/api/messages/${nowhere}/resend`],
        ['GET', `/api/attachments/${nowhere}`],
      ] as const)
        expect((await inbox.call(method, url, payload)).status, `${method} ${url}`).to.equal(404)
    })
  })

  describe('messages', () => {
    it('come in order, both ways, and by what changed', async () => {
      for (const text of ['one', 'two', 'three']) await inbox.send({ text })
      await inbox.test.drain()
      const id = await inbox.newest()
      const page = async (query: string) => {
        const { items, next } = await inbox.get<{ items: (ApiMessage & { revision: number })[]; next: string | null }>(
          `/api/conversations/${id}/messages?${query}`,
        )
        return { items, next, texts: items.map((message) => message.text) }
      }
      const first = await page('limit=3')
      expect(first.texts).to.deep.equal(['parcel again', 'one', 'two'])
      expect((await page(`limit=3&cursor=${first.next}`)).texts).to.deep.equal(['three'])
      const back = await page('limit=2&order=desc')
      expect(back.texts).to.deep.equal(['three', 'two'])
      expect((await page(`limit=2&order=desc&cursor=${back.next}`)).texts).to.deep.equal(['one', 'parcel again'])
      expect((await page('after=1&before=4')).texts).to.deep.equal(['one', 'two'])
      const revision = Math.max(...(await page('limit=200')).items.map((message) => message.revision))
      await inbox.receive(inbox.on.reaction('+49151000003', 'r1', 'm3', '👍'))
      expect((await page(`changedAfter=${revision}`)).texts).to.deep.equal(['parcel again'])
    })

    it('may be notes that no customer sees', async () => {
      const noted = await inbox.send({ text: 'difficult customer', note: true })
      expect(noted.body).to.include({ private: true, direction: 'out', text: 'difficult customer' })
      await inbox.call('POST', `/api/conversations/${await inbox.newest()}/notes`, { text: 'another' })
      await inbox.test.drain()
      expect(inbox.vendor.texts()).not.to.include('difficult customer')
      expect(await inbox.conversation()).not.to.have.nested.property('lastMessage.preview', 'another')
      expect(previews(await inbox.conversations('?q=difficult'))).to.have.length(1)
    })

    it('are read and unread by conversation, and the customer is shown that they were read', async () => {
      const id = await inbox.newest()
      expect((await inbox.conversation()).unreadCount).to.equal(1)
      expect((await inbox.call('POST', `/api/conversations/${id}/read`)).status).to.equal(204)
      expect((await inbox.conversation()).unreadCount).to.equal(0)
      await inbox.until(() => inbox.vendor.read.length > 0, 'the receipt')
      expect(inbox.vendor.read).to.deep.equal(['m3'])
      await inbox.call('POST', `/api/conversations/${id}/unread`)
      expect((await inbox.conversation()).unreadCount).to.equal(1)
      const [message] = await inbox.messages()
      expect((await inbox.call('PATCH', `/api/messages/${message?.id}/read`, {})).status).to.equal(204)
      expect((await inbox.conversation()).unreadCount).to.equal(0)
      expect((await inbox.call('PATCH', `/api/messages/${message?.id}/read`, { read: false })).status).to.equal(204)
      expect((await inbox.conversation()).unreadCount).to.equal(1)
    })

    it('are listed across conversations, newest first', async () => {
      const page = await inbox.get<{ items: ApiMessage[]; next: string }>('/api/messages?direction=in&limit=2')
      expect(page.items.map((message) => message.text)).to.deep.equal(['parcel again', '请问价格多少'])
      const rest = await inbox.get<{ items: ApiMessage[] }>(`/api/messages?direction=in&limit=2&cursor=${page.next}`)
      expect(rest.items.map((message) => message.text)).to.deep.equal(['Ist der Käse vegan?', 'Where is my parcel?'])
    })

    it('are answered with a quote', async () => {
      const [message] = await inbox.messages()
      const answer = await inbox.call('POST', `/api/messages/${message?.id}/reply`, { text: 'about this' })
      expect(answer.body).to.include({ status: 'queued', replyTo: message?.id })
      await inbox.test.drain()
      expect(inbox.vendor.sent.at(-1)).to.include({ replyTo: 'm3' })
      const whole = await inbox.get<ApiMessage & { thread: ApiMessage[] }>(`/api/messages/${message?.id}`)
      expect(whole.thread.map((one) => one.id)).to.deep.equal([message?.id])
    })

    it('can begin a conversation with somebody new, as far as the window allows', async () => {
      const to = { connectionId: inbox.connectionId, identity: inbox.on.identity('+777') }
      const refused = await inbox.call('POST', '/api/messages', { to, text: 'hello' })
      expect(refused.body).to.include({ code: 'inbox.window-closed' })
      expect(await inbox.rows(`select 1 from inbox.thread where identity_key = 'phone::+777'`)).to.deep.equal([])
      const template = { name: 'hello', language: 'en' }
      expect((await inbox.call('POST', '/api/messages', { to, template })).status).to.equal(201)
      await inbox.test.drain()
      expect(inbox.vendor.sent.at(-1)?.to.value).to.equal('+777')
      await inbox.receive(inbox.on.message('+777', 'new1', 'who is this?'))
      expect(await inbox.transcript()).to.deep.equal(['out hello (sent)', 'in who is this?'])
    })
  })

  it('keeps canned replies and labels', async () => {
    const created = await inbox.call('POST', '/api/canned-replies', { shortcut: 'Hours', text: 'Nine to five.' })
    expect(created.body).to.include({ shortcut: 'hours' })
    const { id } = created.body as { id: string }
    const twice = await inbox.call('POST', '/api/canned-replies', { shortcut: 'hours', text: 'x' })
    expect(twice.body).to.include({ status: 409, code: 'inbox.shortcut-taken' })
    await inbox.call('PATCH', `/api/canned-replies/${id}`, { text: 'Ten to four.' })
    const list = await inbox.get<{ items: { text: string }[] }>('/api/canned-replies?q=ho')
    expect(list.items.map((one) => one.text)).to.deep.equal(['Ten to four.'])
    expect((await inbox.call('DELETE', `/api/canned-replies/${id}`)).status).to.equal(204)
    expect((await inbox.call('PUT', '/api/labels/gold', { color: '#ffd700' })).status).to.equal(200)
    expect((await inbox.get<{ items: object[] }>('/api/labels')).items).to.deep.include({
      name: 'gold',
      color: '#ffd700',
    })
    await patch({ labels: ['gold'] })
    expect((await inbox.conversation()).labels).to.deep.equal(['gold'])
    expect((await inbox.call('DELETE', '/api/labels/gold')).status).to.equal(204)
    expect((await inbox.conversation()).labels).to.deep.equal([])
  })

  describe('the feed', () => {
    interface Feed {
      readonly reset: boolean
      readonly more: boolean
      readonly cursor: string
      readonly items: (ApiConversation & { revision: number })[]
    }
    const read = (after: string, limit = 50) => inbox.get<Feed>(`/api/feed?after=${after}&limit=${limit}`)

    it('begins with a reset and a cursor', async () => {
      expect(await inbox.get<Feed>('/api/feed')).to.deep.include({ reset: true, items: [] })
    })

    it('gives what changed since the cursor, and nothing when nothing did', async () => {
      const { cursor } = await inbox.get<Feed>('/api/feed')
      await inbox.receive(inbox.on.message('+49151000001', 'late1', 'still there?'))
      const changed = await read(cursor)
      expect(changed.reset).to.equal(false)
      expect(previews(changed.items)).to.deep.equal(['still there?'])
      expect(previews((await read((await read(changed.cursor)).cursor)).items)).to.deep.equal([])
    })

    it('is read in pages without missing anything', async () => {
      const { cursor } = await inbox.get<Feed>('/api/feed')
      for (let index = 0; index < 4; index++)
        await inbox.receive(inbox.on.message(`+4915100000${index}`, `again${index}`, `again ${index}`))
      const seen: (string | undefined)[] = []
      let page = await read(cursor, 1)
      for (let turn = 0; turn < 10 && (page.more || seen.length === 0); turn++) {
        seen.push(...previews(page.items))
        page = await read(page.cursor, 1)
      }
      expect(new Set([...seen, ...previews(page.items)])).to.deep.equal(
        new Set(['again 0', 'again 1', 'again 2', 'again 3']),
      )
    })

    it('misses nothing that an older transaction commits after a newer one was seen', async () => {
      const { database } = inbox.test.kernel
      const { cursor } = await inbox.get<Feed>('/api/feed')
      const [slow = '', quick = ''] = await ids()
      let seen: Feed | undefined
      await database.transaction(inbox.test.tenantId, async (uow) => {
        await uow.trx.raw('update inbox.conversation set fence = fence + 1 where id = ?', [slow])
        await patch({ labels: ['quick'] }, quick)
        seen = await read(cursor)
      })
      expect(seen?.items.map((one) => one.id)).to.deep.equal([quick])
      expect((await read(seen?.cursor ?? '')).items.map((one) => one.id)).to.include(slow)
    })
  })
})
