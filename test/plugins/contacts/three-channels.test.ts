import { channelMessageReceived, type NewEvent, type Sender } from '@parley/core'
import { expect } from 'chai'
import { type ApiMessage, InboxKernel } from '../inbox/inbox-kernel.ts'

interface Suggestion {
  readonly id: string
  readonly contactIds: readonly string[]
  readonly reason: string
}

const PHONE = '+4915112340001'
const EMAIL = 'ada@example.com'

/** How the three channels know her: a number, an address, and a browser in which she told both. */
const SENDERS: Readonly<Record<string, Sender>> = {
  whatsapp: { identities: [{ kind: 'phone', scope: '', value: PHONE }], displayName: 'Ada' },
  webchat: {
    identities: [{ kind: 'visitor', scope: 'site', value: 'v-1' }],
    displayName: 'Ada L.',
    attributes: { email: 'Ada@Example.com', phone: '+49 151 1234-0001' },
  },
  email: { identities: [{ kind: 'email', scope: '', value: EMAIL }], displayName: 'Ada Lovelace' },
}

describe('one person on three channels', function () {
  this.timeout(60_000)
  let inbox: InboxKernel
  const connections = new Map<string, string>()

  before(async () => {
    inbox = await InboxKernel.start()
    const { kernel, tenantId } = inbox.test
    for (const provider of Object.keys(SENDERS)) {
      const { id } = await kernel.database.transaction(tenantId, (uow) =>
        kernel.connections.create(uow, { provider, externalId: provider, name: provider }),
      )
      connections.set(provider, id)
    }
  })
  after(() => inbox.stop())

  const says = (channel: string, text: string, sender = SENDERS[channel]): NewEvent => {
    const connectionId = connections.get(channel) ?? ''
    const data = { connectionId, channel, occurredAt: '2026-01-05T09:00:00.000Z', externalId: `${channel}-${text}` }
    return {
      type: channelMessageReceived,
      key: `${connectionId}/${channel}`,
      data: { ...data, sender, content: { kind: 'text', text } },
    }
  }
  const suggestions = async () => (await inbox.get<{ items: Suggestion[] }>('/api/merge-suggestions')).items
  /** `ada: hello, again`: the messages of each conversation, by the contact that it belongs to. */
  const books = async () => {
    const lines = (await inbox.conversations()).map(async ({ id, contact }) => {
      const { items } = await inbox.get<{ items: ApiMessage[] }>(`/api/conversations/${id}/messages`)
      return `${contact.id}: ${items.map(({ text }) => text).join(', ')}`
    })
    return (await Promise.all(lines)).toSorted()
  }

  it('is suggested for merging by what she is known by, merged, and taken apart with every message where it was', async () => {
    await inbox.receive(says('whatsapp', 'hello'), says('webchat', 'I am Ada'), says('email', 'a mail'))
    await inbox.receive(says('whatsapp', 'again'), says('email', 'another'))
    const before = await books()
    expect(before).to.have.length(3)
    const open = await suggestions()
    expect(open.map(({ reason }) => reason).toSorted()).to.deep.equal(['shared-email', 'shared-phone'])
    const chat = open[0]?.contactIds.find((id) => open[1]?.contactIds.includes(id)) ?? ''
    const merges: string[] = []
    for (const { contactIds } of open) {
      const sourceId = contactIds.find((id) => id !== chat)
      const { status, body } = await inbox.call('POST', `/api/contacts/${chat}/merge`, { sourceId })
      expect(status).to.equal(201)
      merges.push((body as { mergeId: string }).mergeId)
    }
    await inbox.test.drain()
    expect(new Set((await books()).map((line) => line.slice(0, 36)))).to.deep.equal(new Set([chat]))
    expect(await suggestions()).to.deep.equal([])
    await inbox.receive(says('whatsapp', 'while merged'))
    for (const id of merges) expect((await inbox.call('POST', `/api/merges/${id}/undo`)).status).to.equal(200)
    await inbox.test.drain()
    expect(await books()).to.deep.equal(
      before.map((line) => line.replace('hello, again', 'hello, again, while merged')),
    )
  })

  it('is not suggested by a name alone, nor again after somebody said that the two are different', async () => {
    const other = { identities: [{ kind: 'phone', scope: '', value: '+4915112340099' }], displayName: 'Ada' }
    await inbox.receive(says('whatsapp', 'namesake', other))
    expect(await suggestions()).to.deep.equal([])
    const teller = (value: string): Sender => ({
      identities: [{ kind: 'visitor', scope: 'site', value }],
      attributes: { email: 'eve@example.com' },
    })
    await inbox.receive(says('webchat', 'one', teller('v-2')), says('webchat', 'two', teller('v-3')))
    const [told] = await suggestions()
    expect(told).to.include({ reason: 'shared-email' })
    expect((await inbox.call('DELETE', `/api/merge-suggestions/${told?.id}`)).status).to.equal(204)
    await inbox.receive(says('webchat', 'three', teller('v-3')))
    expect(await suggestions()).to.deep.equal([])
  })
})
