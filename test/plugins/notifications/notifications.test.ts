import nes from '@hapi/nes'
import {
  type ConversationChanged,
  conversationChanged,
  type MessageReceived,
  messageReceived,
  type NotificationRequested,
  newId,
  notificationRequested,
} from '@parley/core'
import { expect } from 'chai'
import { AccountsKernel, type Grant } from '../accounts/accounts-kernel.ts'

interface Shown {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly count: number
  readonly read: boolean
}

interface Changes {
  readonly reset: boolean
  readonly more: boolean
  readonly seq: number
  readonly unread: number
  readonly items: readonly Shown[]
  readonly deleted: readonly string[]
}

describe('notifications', () => {
  let up: AccountsKernel
  let ann: Grant
  let bob: Grant

  before(async () => {
    const settings = { linkBase: 'https://app.example' }
    up = await AccountsKernel.start({ plugins: [{ use: './plugins/notifications', settings }], listen: true })
    ann = await up.register('ann@example.com')
    await up.must(204, 'POST', '/api/auth/verify-email', { payload: { token: await up.tokenFor('ann@example.com') } })
    bob = await up.member(ann, 'bob@example.com', 'agent')
  })
  after(() => up.stop())

  const publish = async (wish: Partial<NotificationRequested>) => {
    const data = { kind: 'invoice.overdue', to: { users: [ann.userId] }, title: 'Invoice 7 is overdue', ...wish }
    await up.test.kernel.database.transaction(ann.tenantId, async (uow) => {
      uow.publish({ type: notificationRequested, key: 'billing', data })
    })
    await up.test.drain()
  }
  /** Access tokens live shorter than what is waited for. */
  const moveTo = async (moment: string) => {
    up.clock.set(moment)
    await up.test.drain()
    up.settle()
    ann = await up.loggedIn('ann@example.com')
    bob = await up.loggedIn('bob@example.com')
  }
  const own = <T>(grant: Grant, path: string) =>
    up.must<T>(200, 'GET', `/api/notifications${path}`, { token: grant.accessToken })
  const list = async (grant: Grant, query = '') => (await own<{ items: Shown[] }>(grant, query)).items
  const prefer = (grant: Grant, payload: object) =>
    up.must(200, 'PUT', '/api/notifications/preferences', { token: grant.accessToken, payload })
  const mailsTo = (address: string) => up.mails.filter(({ to }) => to.address === address)
  const readAll = (grant: Grant) =>
    up.must(200, 'POST', '/api/notifications/read-all', { token: grant.accessToken, payload: {} })

  it('reach those who are named, and those who hold a permission, and nobody else', async () => {
    await publish({})
    await publish({ to: { permission: 'roles.write' }, title: 'For those who make roles' })
    expect((await list(ann)).map(({ title }) => title)).to.deep.equal([
      'For those who make roles',
      'Invoice 7 is overdue',
    ])
    expect(await list(bob)).to.deep.equal([])
    expect(await own(ann, '/unread-count')).to.include({ unread: 2 })
    const stranger = await up.register('eve@example.com')
    expect(await list(stranger)).to.deep.equal([])
  })

  it('are read one by one and all at once, deleted, and belong to one person', async () => {
    const [first] = await list(ann)
    const call = (method: string, path: string, token: string) =>
      up.call(method, `/api/notifications/${path}`, { token })
    expect((await call('PATCH', `${first?.id}/read`, bob.accessToken)).status).to.equal(404)
    expect((await call('PATCH', `${first?.id}/read`, ann.accessToken)).body).to.include({ read: true })
    expect((await call('PATCH', `${first?.id}/read`, ann.accessToken)).status).to.equal(200)
    expect(await own(ann, '/unread-count')).to.include({ unread: 1 })
    expect(await list(ann, '?unread=true')).to.have.lengthOf(1)
    await readAll(ann)
    expect(await own(ann, '/unread-count')).to.include({ unread: 0 })
    expect((await call('DELETE', `${first?.id}`, bob.accessToken)).status).to.equal(404)
    expect((await call('DELETE', `${first?.id}`, ann.accessToken)).status).to.equal(204)
    expect((await call('DELETE', `${first?.id}`, ann.accessToken)).status).to.equal(404)
    expect(await list(ann)).to.have.lengthOf(1)
  })

  it('of one group become one with a count, until it is read', async () => {
    for (let n = 0; n < 3; n++) await publish({ group: 'invoices' })
    expect((await list(ann, '?unread=true')).map(({ count }) => count)).to.deep.equal([3])
    expect(await own(ann, '/unread-count')).to.include({ unread: 1 })
    await readAll(ann)
    await publish({ group: 'invoices' })
    expect((await list(ann, '?unread=true')).map(({ count }) => count)).to.deep.equal([1])
    await readAll(ann)
  })

  it('tell who a conversation is assigned to of that and of new messages, but not what they did themselves', async () => {
    const ref = {
      ...{ conversationId: newId(), threadId: newId(), contactId: newId(), connectionId: newId(), channel: 'test' },
    }
    const assign = (assigneeId: string | null, by: string): ConversationChanged => ({
      ...{ ...ref, change: 'assignee', status: 'open', assigneeId, by: { kind: 'agent', id: by } },
    })
    const message: MessageReceived = {
      ...{ ...ref, messageId: newId(), seq: 1, content: { kind: 'text', text: 'a secret' } },
      ...{ occurredAt: up.clock.now().toISOString(), opensConversation: false },
    }
    const happen = async (...events: readonly (ConversationChanged | MessageReceived)[]) => {
      await up.test.kernel.database.transaction(ann.tenantId, async (uow) => {
        for (const data of events) {
          if ('change' in data) uow.publish({ type: conversationChanged, key: ref.threadId, data })
          else uow.publish({ type: messageReceived, key: ref.threadId, data })
        }
      })
      await up.test.drain()
    }
    await happen(message, assign(bob.userId, ann.userId), message, message)
    expect((await list(bob)).map(({ kind, count }) => `${kind} ${count}`).sort()).to.deep.equal([
      'conversation.assigned 1',
      'conversation.message 2',
    ])
    expect(JSON.stringify(await list(bob))).not.to.contain('a secret')
    await happen(assign(null, bob.userId), message, assign(bob.userId, bob.userId))
    expect(await list(bob)).to.have.lengthOf(2)
    await readAll(bob)
  })

  it('come by mail where that is wanted, gathered in a digest and never in quiet hours', async () => {
    await moveTo('2026-06-01T20:00:00.000Z')
    const choices = [{ kind: 'invoice.overdue', channel: 'email', enabled: true }]
    await prefer(ann, { choices })
    const before = mailsTo('ann@example.com').length
    const mails = () => mailsTo('ann@example.com').slice(before)
    await publish({ link: '/billing/7', body: '<b>5 €</b>' })
    expect(mails().map(({ content }) => 'subject' in content && content.subject)).to.deep.equal([
      'Invoice 7 is overdue',
    ])
    const [mail] = mails()
    if (mail === undefined || !('html' in mail.content)) throw new Error('no mail')
    expect(mail.content.html).to.contain('href="https://app.example/billing/7"').and.contain('&lt;b&gt;5 €')
    await prefer(ann, { choices, timeZone: 'Europe/Berlin', quietHours: { from: '22:00', to: '07:00' } })
    await publish({ title: 'At night' })
    await publish({ title: 'At night, too' })
    expect(mails()).to.have.lengthOf(1)
    await moveTo('2026-06-02T05:00:01.000Z')
    expect(
      mails()
        .map(({ content }) => 'subject' in content && content.subject)
        .at(1),
    ).to.equal('2 notifications')
    await prefer(ann, { choices, digest: 'daily', digestAt: '18:00', timeZone: 'Europe/Berlin' })
    await publish({ title: 'Later' })
    expect(mails()).to.have.lengthOf(2)
    await moveTo('2026-06-02T16:00:01.000Z')
    expect(mails()).to.have.lengthOf(3)
    await prefer(ann, { choices: [{ kind: 'invoice.overdue', channel: 'in-app', enabled: false }] })
    await readAll(ann)
    await publish({})
    expect(await own(ann, '/unread-count')).to.include({ unread: 0 })
    await prefer(ann, {})
  })

  it('go to no address that was never verified', async () => {
    const before = up.mails.length
    const { accessToken } = bob
    const choices = [{ kind: 'invoice.overdue', channel: 'email', enabled: true }]
    await up.must(200, 'PUT', '/api/notifications/preferences', { token: accessToken, payload: { choices } })
    const eve = await up.register('eva@example.com')
    await prefer(eve, { choices })
    await up.test.drain()
    const registered = up.mails.length
    await up.test.kernel.database.transaction(eve.tenantId, async (uow) => {
      const data = { kind: 'invoice.overdue', to: { users: [eve.userId] }, title: 'x' }
      uow.publish({ type: notificationRequested, key: 'billing', data })
    })
    await up.test.drain()
    expect(up.mails.length).to.equal(registered).and.above(before)
    expect(await own(eve, '/unread-count')).to.include({ unread: 1 })
  })

  it('are pushed to every device of the person at once, and a device that was away misses nothing', async () => {
    const path = `/live/notifications/${ann.tenantId}/${ann.userId}`
    const device = async (grant: Grant) => {
      const client = new nes.Client(`ws://${new URL(up.test.baseUrl).host}`)
      client.onError = () => {}
      await client.connect({ reconnect: false, auth: { headers: { authorization: `Bearer ${grant.accessToken}` } } })
      return client
    }
    const [phone, laptop, stranger] = [await device(ann), await device(ann), await device(bob)]
    try {
      const told: { phone: number[]; laptop: number[] } = { phone: [], laptop: [] }
      const both = Promise.withResolvers<void>()
      const hear = (who: 'phone' | 'laptop') => (hint: unknown) => {
        told[who].push((hint as { unread: number }).unread)
        if (told.phone.length > 0 && told.laptop.length > 0) both.resolve()
      }
      await phone.subscribe(path, hear('phone'))
      await laptop.subscribe(path, hear('laptop'))
      const refused = await stranger
        .subscribe(path, () => {})
        .then(
          () => undefined,
          (error: { statusCode?: number }) => error.statusCode,
        )
      expect(refused).to.equal(403)
      const { seq } = await own<Changes>(ann, '/unread-count')
      await publish({ title: 'one' })
      await both.promise
      await phone.disconnect()
      await publish({ title: 'two' })
      await publish({ title: 'three' })
      const [newest] = await list(ann, '?unread=true')
      await up.must(204, 'DELETE', `/api/notifications/${newest?.id}`, { token: ann.accessToken })
      const seen: string[] = []
      let cursor = seq
      for (let more = true; more; ) {
        const page: Changes = await own<Changes>(ann, `/changes?after=${cursor}&limit=1`)
        seen.push(...page.items.map(({ title }) => title), ...page.deleted.map(() => 'deleted'))
        cursor = page.seq
        more = page.more
      }
      expect(seen).to.deep.equal(['one', 'two', 'deleted'])
      expect(cursor).to.equal(seq + 4)
      expect(await own<Changes>(ann, `/changes?after=${cursor + 1}`)).to.include({ reset: true })
    } finally {
      for (const client of [phone, laptop, stranger]) await client.disconnect()
    }
  })

  it('are swept away when they are old, and devices that know only what is gone load everything anew', async () => {
    await publish({ title: 'to be forgotten' })
    const { seq } = await own<Changes>(ann, '/unread-count')
    await moveTo('2027-12-01T09:00:00.000Z')
    expect(await list(ann)).to.deep.equal([])
    expect(await own<Changes>(ann, `/changes?after=${seq - 1}`)).to.include({ reset: true, unread: 0 })
    expect(await own<Changes>(ann, `/changes?after=${seq}`)).to.include({ reset: false })
  })
})
