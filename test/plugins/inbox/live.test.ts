import { conversationChanged, type Delivery, messageReceived } from '@parley/core'
import { expect } from 'chai'
import { hintsOf, inboxTopic } from '../../../plugins/inbox/live/hints.ts'

const delivery = (type: string, tenantid: string, data: object) => ({ event: { type, tenantid, data } }) as Delivery

describe("hints for agents' screens", () => {
  it('name each conversation once, by tenant, with the highest seq', () => {
    const hints = hintsOf([
      delivery(messageReceived.type, 'a', { conversationId: 'c1', threadId: 't1', seq: 4 }),
      delivery(messageReceived.type, 'a', { conversationId: 'c1', threadId: 't1', seq: 3 }),
      delivery(conversationChanged.type, 'a', { conversationId: 'c2', threadId: 't2' }),
      delivery(conversationChanged.type, 'b', { conversationId: 'c3', threadId: 't3' }),
    ])
    expect(Object.fromEntries(hints)).to.deep.equal({
      a: {
        conversations: [
          { conversationId: 'c1', threadId: 't1', seq: 4 },
          { conversationId: 'c2', threadId: 't2' },
        ],
      },
      b: { conversations: [{ conversationId: 'c3', threadId: 't3' }] },
    })
  })

  it('are for the own tenant only', async () => {
    const actor = { kind: 'user', id: 'u', tenantId: 'a', permissions: ['inbox.read'] } as const
    expect(await inboxTopic.authorize({ tenantId: 'a' }, actor)).to.equal(true)
    expect(await inboxTopic.authorize({ tenantId: 'b' }, actor)).to.equal(false)
  })
})
