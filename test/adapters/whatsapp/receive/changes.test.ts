import { expect } from 'chai'
import { ada, CONNECTION, envelope, eventOf, messaging, NUMBER, onlyEvent, PHONE, parsed, WABA } from '../payloads.ts'

const echo = (fields: Record<string, unknown>, field = 'smb_message_echoes') =>
  envelope(
    messaging(
      { message_echoes: [{ from: '493411112233', to: PHONE, id: 'wamid.E', timestamp: '1788256800', ...fields }] },
      field,
    ),
  )

describe('a WhatsApp webhook beside messages and statuses', () => {
  it("reads what the business wrote in its own app as the customer's thread", () => {
    const event = onlyEvent(echo({ type: 'text', text: { body: 'Gern!' } }))
    expect(event.type.type).to.equal('channel.message.echoed.v1')
    expect(event.key).to.equal(`${CONNECTION.id}/phone::+${PHONE}`)
    expect(event.data).to.deep.include({ externalId: 'wamid.E', content: { kind: 'text', text: 'Gern!' } })
    expect(onlyEvent(echo({ type: 'text', text: { body: 'x' } }, 'message_echoes')).type.type).to.contain('echoed')
  })

  it('reads an edit and a revoke of the business itself', () => {
    const edit = { original_message_id: 'wamid.O', message: { type: 'text', text: { body: 'neu' } } }
    expect(onlyEvent(echo({ type: 'edit', edit })).data).to.deep.include({ externalId: 'wamid.O' })
    const revoked = onlyEvent(echo({ type: 'revoke', revoke: { original_message_id: 'wamid.O' } }))
    expect(revoked.type.type).to.equal('channel.message.revoked.v1')
    expect(parsed(echo({ type: 'edit', edit: {} })).unknown).to.equal(1)
    expect(parsed(echo({ type: 'hologram' })).unknown).to.equal(1)
  })

  for (const [field, change] of [
    ['message_template_status_update', 'template-status'],
    ['message_template_quality_update', 'template-quality'],
    ['message_template_components_update', 'template-components'],
    ['template_category_update', 'template-category'],
    ['account_update', 'account-update'],
    ['account_alerts', 'account-alert'],
    ['phone_number_quality_update', 'phone-quality'],
    ['phone_number_name_update', 'phone-name'],
    ['business_capability_update', 'business-capability'],
  ])
    it(`reads ${field} as news for every number of the account`, () => {
      const value = { event: 'SOMETHING', message_template_name: 'x' }
      const body = {
        object: 'whatsapp_business_account',
        entry: [{ id: WABA, time: 1788256800, changes: [{ field, value }] }],
      }
      const { items, unknown } = parsed(body)
      expect(unknown).to.equal(0)
      expect(items[0]?.account).to.equal(`waba:${WABA}`)
      const event = eventOf(items[0])
      expect(event.key).to.equal(CONNECTION.id)
      expect(event.data).to.deep.include({ change, detail: value, occurredAt: '2026-09-01T10:00:00.000Z' })
      expect(parsed(body).items[0]?.dedupeKey).to.equal(items[0]?.dedupeKey)
    })

  it('treats the same news at another time as other news', () => {
    const news = (time: number) =>
      parsed({
        object: 'whatsapp_business_account',
        entry: [{ id: WABA, time, changes: [{ field: 'account_update', value: { event: 'X' } }] }],
      })
    expect(news(1788256800).items[0]?.dedupeKey).to.not.equal(news(1788256900).items[0]?.dedupeKey)
  })

  it('reads errors of the account beside the messages they came with', () => {
    const errors = [
      { code: 131000, title: 'Something went wrong', error_data: { details: 'Unsupported webhook payload' } },
    ]
    const messages = [{ from: PHONE, id: 'wamid.A', timestamp: '1788256800', type: 'interactive' }]
    const { items } = parsed(envelope(messaging({ contacts: [ada], messages, errors })))
    expect(items).to.have.length(2)
    expect(eventOf(items[0]).data.content.kind).to.equal('unsupported')
    expect(eventOf(items[1]).data).to.deep.include({
      change: 'error',
      detail: { code: '131000', title: 'Something went wrong', detail: 'Unsupported webhook payload' },
    })
  })

  it('reads a wish to stop, resume or sign up for marketing', () => {
    const wish = (value: string, category = 'marketing_messages') =>
      envelope(
        messaging(
          {
            contacts: [ada],
            user_preferences: [{ wa_id: PHONE, category, value, detail: 'x', timestamp: 1788256800 }],
          },
          'user_preferences',
        ),
      )
    expect(onlyEvent(wish('stop')).data).to.include({ wish: 'stop', purpose: 'marketing' })
    expect(onlyEvent(wish('resume')).data).to.include({ wish: 'resume' })
    expect(onlyEvent(wish('signup')).data).to.include({ wish: 'resume' })
    expect(onlyEvent(wish('stop', 'everything')).data).to.include({ purpose: 'all' })
    expect(parsed(wish('maybe')).unknown).to.equal(1)
  })

  it("reads news about a group as a line of the group's thread", () => {
    const groups = [
      { group_id: 'G-1', type: 'group_create', timestamp: '1788256800', subject: 'Backkurs', request_id: 'r' },
      { type: 'x' },
    ]
    const body = envelope(messaging({ groups }, 'group_lifecycle_update'))
    const { items, unknown } = parsed(body)
    expect(unknown).to.equal(1)
    const event = eventOf(items[0])
    expect(event.data.content).to.deep.equal({
      kind: 'system',
      event: 'group_create',
      text: 'Backkurs',
      data: { subject: 'Backkurs', request_id: 'r' },
    })
    expect(event.data.sender.identities).to.deep.equal([{ kind: 'group', scope: NUMBER, value: 'G-1' }])
    expect(parsed(body).items[0]?.dedupeKey).to.equal(items[0]?.dedupeKey)
  })

  it('stores a field or an array that it does not know, and counts it', () => {
    const body = envelope(
      messaging({ calls: [{ id: 'wacid.1' }] }, 'calls'),
      messaging({ contacts: [ada], polls: [{ id: '1' }], messages: [] }),
    )
    const { items, unknown } = parsed(body)
    expect(unknown).to.equal(2)
    expect(items.map((item) => item.account)).to.deep.equal([NUMBER, NUMBER])
    expect(items.map((item) => eventOf(item).data.vendorKind)).to.deep.equal(['field:calls', 'messages.polls'])
    expect(parsed(body).items.map((item) => item.dedupeKey)).to.deep.equal(items.map((item) => item.dedupeKey))
  })
})
