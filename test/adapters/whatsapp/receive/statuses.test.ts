import { expect } from 'chai'
import { CONNECTION, envelope, eventOf, messaging, NUMBER, onlyEvent, PHONE, parsed, WABA } from '../payloads.ts'

const status = (fields: Record<string, unknown>) =>
  envelope(
    messaging({
      statuses: [{ id: 'wamid.OUT', status: 'sent', timestamp: '1788256800', recipient_id: PHONE, ...fields }],
    }),
  )

describe('a WhatsApp status', () => {
  it('stands in the lane of its recipient and hands back our own id', () => {
    const pricing = { billable: true, pricing_model: 'PMP', category: 'utility' }
    const conversation = { id: 'c1', origin: { type: 'utility' } }
    const { items } = parsed(status({ biz_opaque_callback_data: 'message-1', pricing, conversation }))
    expect(items[0]).to.include({ account: NUMBER, dedupeKey: `status:wamid.OUT:sent:1788256800` })
    const event = eventOf(items[0])
    expect(event.key).to.equal(`${CONNECTION.id}/phone::+${PHONE}`)
    expect(event.data).to.deep.equal({
      connectionId: CONNECTION.id,
      channel: 'whatsapp',
      occurredAt: '2026-09-01T10:00:00.000Z',
      externalId: 'wamid.OUT',
      status: 'sent',
      recipient: { kind: 'phone', scope: '', value: `+${PHONE}` },
      correlationId: 'message-1',
      pricing,
      extra: { conversation },
    })
  })

  for (const name of ['sent', 'delivered', 'read', 'played'])
    it(`knows "${name}"`, () => expect(onlyEvent(status({ status: name })).data.status).to.equal(name))

  it('tells why a send failed', () => {
    const errors = [
      { code: 131047, title: 'Re-engagement message', error_data: { details: 'More than 24 hours' } },
      'odd',
    ]
    expect(onlyEvent(status({ status: 'failed', errors })).data).to.deep.include({
      status: 'failed',
      errors: [{ code: '131047', title: 'Re-engagement message', detail: 'More than 24 hours' }],
    })
  })

  it('knows a recipient by BSUID, and a group with the participant who read', () => {
    const hidden = status({ recipient_id: undefined, recipient_user_id: 'DE.1234567' })
    expect(onlyEvent(hidden).data.recipient).to.deep.equal({ kind: 'bsuid', scope: WABA, value: 'DE.1234567' })
    const group = status({
      status: 'read',
      recipient_type: 'group',
      recipient_id: 'G-1',
      recipient_participant_id: PHONE,
    })
    const { items } = parsed(group)
    expect(items[0]?.dedupeKey).to.contain(PHONE)
    const event = eventOf(items[0])
    expect(event.data.recipient).to.deep.equal({ kind: 'group', scope: NUMBER, value: 'G-1' })
    expect(event.data.extra.participant.value).to.equal(`+${PHONE}`)
  })

  it('is one fact however often it is delivered, and another when its time differs', () => {
    const key = (fields: Record<string, unknown>) => parsed(status(fields)).items[0]?.dedupeKey
    expect(key({})).to.equal(key({ pricing: { billable: true } }))
    expect(key({})).to.not.equal(key({ timestamp: '1788256801' }))
    expect(key({})).to.not.equal(key({ status: 'delivered' }))
  })

  it('stores and counts a status that it does not know', () => {
    const { items, unknown } = parsed(status({ status: 'deleted' }))
    expect(unknown).to.equal(1)
    expect(eventOf(items[0]).data.vendorKind).to.equal('status:deleted')
  })
})
