import { expect } from 'chai'
import { type ApiConversation, InboxKernel } from './inbox-kernel.ts'

interface Mine extends ApiConversation {
  readonly myUnreadCount: number
}

describe('what each person has read', () => {
  let inbox: InboxKernel
  let other: { readonly apiKey: string }
  let id: string

  before(async () => {
    inbox = await InboxKernel.start()
    const made = await inbox.call('POST', '/api/api-keys', { name: 'Bob', scopes: ['inbox.*'] })
    expect(made.status, made.text).to.equal(201)
    other = { apiKey: (made.body as { key: string }).key }
    for (const n of [1, 2, 3]) await inbox.receive(inbox.on.message('+1', `m${n}`, `message ${n}`))
    id = await inbox.newest()
  })
  after(() => inbox.stop())

  const counts = async () => {
    const ask = async (as?: { readonly apiKey: string }) => {
      const answer = await inbox.test.inject({ url: `/api/conversations/${id}`, ...(as === undefined ? {} : { as }) })
      return (answer.body as Mine).myUnreadCount
    }
    return { team: (await inbox.conversation()).unreadCount, mine: await ask(), theirs: await ask(other) }
  }
  const mark = (what: 'read' | 'unread', as = other) =>
    inbox.test.inject({ method: 'POST', url: `/api/conversations/${id}/${what}`, as })

  it('is counted apart for each, and for the team', async () => {
    expect(await counts()).to.deep.equal({ team: 3, mine: 3, theirs: 3 })
    expect((await mark('read')).status).to.equal(204)
    expect(await counts()).to.deep.equal({ team: 0, mine: 3, theirs: 0 })
    await inbox.receive(inbox.on.message('+1', 'm4', 'message 4'))
    expect(await counts()).to.deep.equal({ team: 1, mine: 4, theirs: 1 })
    expect(
      (await inbox.get<{ items: Mine[] }>('/api/conversations')).items.map((one) => one.myUnreadCount),
    ).to.deep.equal([4])
  })

  it('is raised by customers alone, not by what we write', async () => {
    await mark('read')
    await inbox.send({ text: 'an answer' })
    await inbox.test.drain()
    expect(await counts()).to.include({ theirs: 0 })
  })

  it('goes back to the customer’s last message when it is marked as unread', async () => {
    await mark('unread')
    expect(await counts()).to.include({ theirs: 1 })
    await mark('read')
    expect(await counts()).to.include({ theirs: 0 })
  })

  it('reaches the person’s other devices through the feed, also when the team had read it already', async () => {
    const { cursor } = await inbox.get<{ cursor: string }>('/api/feed')
    await mark('read', inbox.test.tenant)
    const feed = await inbox.get<{ items: Mine[] }>(`/api/feed?after=${cursor}`)
    expect(feed.items.map((one) => [one.id, one.myUnreadCount])).to.deep.equal([[id, 0]])
  })
})
