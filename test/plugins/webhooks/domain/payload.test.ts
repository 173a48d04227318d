import { type CloudEvent, messageReceived, newId } from '@parley/core'
import { expect } from 'chai'
import { OFFERED } from '../../../../plugins/webhooks/domain/event-types.ts'
import { payloadOf } from '../../../../plugins/webhooks/domain/payload.ts'

const event: CloudEvent = {
  ...{ specversion: '1.0', id: newId(), source: '/plugins/inbox', type: messageReceived.type },
  ...{ time: '2026-01-05T09:00:00.000Z', tenantid: 't', partitionkey: 't/k', correlationid: 'c', traceparent: '00-1' },
  data: { messageId: 'm', seq: 1, content: { kind: 'text', text: 'secret' } },
}

describe('the payload of a webhook', () => {
  it('leaves out what the event type declares as personal, and what is ours alone', () => {
    const sent = JSON.parse(payloadOf(event, false)) as Record<string, unknown>
    expect(sent.data).to.deep.equal({ messageId: 'm', seq: 1 })
    expect(sent).to.include({ specversion: '1.0', datacontenttype: 'application/json', correlationid: 'c' })
    expect(sent).not.to.have.any.keys('partitionkey', 'traceparent')
    expect(JSON.stringify(event.data), 'the event itself stays').to.contain('secret')
  })

  it('holds everything for who may have it', () => {
    expect((JSON.parse(payloadOf(event, true)) as CloudEvent).data).to.deep.equal(event.data)
  })

  it('knows the personal fields of every type that is offered', () => {
    for (const { type, personal } of OFFERED) {
      const data = Object.fromEntries(
        personal.map((path) => [path.split('.')[0], { secret: 'secret', text: 'secret' }]),
      )
      if (personal.every((path) => !path.includes('.')))
        expect(payloadOf({ ...event, type, data }, false), type).not.to.contain('secret')
    }
  })
})
