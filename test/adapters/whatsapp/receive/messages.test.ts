import { expect } from 'chai'
import {
  ada,
  CONNECTION,
  contentOf,
  envelope,
  eventOf,
  message,
  messageBody,
  messaging,
  NUMBER,
  onlyEvent,
  PHONE,
  parsed,
  WABA,
} from '../payloads.ts'

const text = { type: 'text', text: { body: 'hi' } }
const BSUID = 'DE.77001122334455'

describe('a WhatsApp message', () => {
  it('becomes an event in the lane of its sender on its number', () => {
    const { items, unknown } = parsed(messageBody(text))
    expect(unknown).to.equal(0)
    expect(items[0]).to.include({ account: NUMBER, dedupeKey: 'message:wamid.QURBMDAwMQ==' })
    const event = eventOf(items[0])
    expect(event.key).to.equal(`${CONNECTION.id}/phone::+${PHONE}`)
    expect(event.data).to.deep.equal({
      connectionId: CONNECTION.id,
      channel: 'whatsapp',
      occurredAt: '2026-09-01T10:00:00.000Z',
      externalId: 'wamid.QURBMDAwMQ==',
      sender: { identities: [{ kind: 'phone', scope: '', value: `+${PHONE}` }], displayName: 'Ada Krüger' },
      content: { kind: 'text', text: 'hi' },
    })
  })

  it('keeps what it quotes, that it was forwarded, and the ad it came from', () => {
    const referral = { source_type: 'ad', source_id: '9', headline: 'Brot', ctwa_clid: 'c' }
    const event = onlyEvent(messageBody({ ...text, context: { id: 'wamid.Q', from: '49341' }, referral }))
    expect(event.data).to.deep.include({ replyTo: 'wamid.Q', referral })
    expect(onlyEvent(messageBody({ ...text, context: { forwarded: true } })).data).to.include({ forwarded: true })
    const often = onlyEvent(messageBody({ ...text, context: { frequently_forwarded: true } }))
    expect(often.data).to.deep.include({ forwarded: true, extra: { frequentlyForwarded: true } })
    const product = { catalog_id: '1', product_retailer_id: 'ROLL' }
    const asked = onlyEvent(messageBody({ ...text, context: { id: 'wamid.Q', referred_product: product } }))
    expect(asked.data.extra).to.deep.equal({ referredProduct: product })
  })

  it('knows a person by phone and BSUID, the phone first', () => {
    const contact = { ...ada, user_id: BSUID, parent_user_id: 'DE.ENT.1', profile: { name: 'Ada', username: '@ada.k' } }
    const body = envelope(messaging({ contacts: [contact], messages: [message({ ...text, from_user_id: BSUID })] }))
    expect(onlyEvent(body).data.sender).to.deep.equal({
      identities: [
        { kind: 'phone', scope: '', value: `+${PHONE}` },
        { kind: 'bsuid', scope: WABA, value: BSUID },
      ],
      displayName: 'Ada',
      username: 'ada.k',
      attributes: { parentUserId: 'DE.ENT.1' },
    })
  })

  it('knows a person who hides the phone by the BSUID alone, also where it stands in `from`', () => {
    const contact = { profile: { name: 'Ada' }, user_id: BSUID }
    const { from: _from, ...hidden } = message({ ...text, from_user_id: BSUID })
    const only = [{ kind: 'bsuid', scope: WABA, value: BSUID }]
    const event = onlyEvent(envelope(messaging({ contacts: [contact], messages: [hidden] })))
    expect(event.data.sender.identities).to.deep.equal(only)
    expect(event.key).to.equal(`${CONNECTION.id}/bsuid:${WABA}:${BSUID}`)
    const inFrom = message({ ...text, from: BSUID, from_user_id: BSUID })
    expect(
      onlyEvent(envelope(messaging({ contacts: [contact], messages: [inFrom] }))).data.sender.identities,
    ).to.deep.equal(only)
    const { from_user_id: _id, ...nameless } = hidden
    expect(
      onlyEvent(envelope(messaging({ contacts: [contact], messages: [nameless] }))).data.sender.identities,
    ).to.deep.equal(only)
  })

  it('keeps an odd sender id rather than losing the message', () => {
    const event = onlyEvent(messageBody({ ...text, from: 'bakery-bot' }))
    expect(event.data.sender.identities).to.deep.equal([{ kind: 'wa-id', scope: WABA, value: 'bakery-bot' }])
  })

  it('puts a group message into the group, and says which participant wrote', () => {
    const event = onlyEvent(messageBody({ ...text, group_id: 'G-1' }))
    expect(event.data.sender).to.deep.equal({ identities: [{ kind: 'group', scope: NUMBER, value: 'G-1' }] })
    expect(event.data.extra.participant.identities[0].value).to.equal(`+${PHONE}`)
  })

  it('reads an edit as a change of the original, and a revoke as its end', () => {
    const edit = { original_message_id: 'wamid.O', message: { type: 'text', text: { body: 'drei' } } }
    const edited = onlyEvent(messageBody({ type: 'edit', edit }))
    expect(edited.type.type).to.equal('channel.message.edited.v1')
    expect(edited.data).to.deep.include({ externalId: 'wamid.O', content: { kind: 'text', text: 'drei' } })
    const revoked = onlyEvent(messageBody({ type: 'revoke', revoke: { original_message_id: 'wamid.O' } }))
    expect(revoked.type.type).to.equal('channel.message.revoked.v1')
    expect(revoked.data.externalId).to.equal('wamid.O')
  })

  it('takes seconds as text or number, and milliseconds; else the entry or our own clock', () => {
    const at = (timestamp: unknown) => onlyEvent(messageBody({ ...text, timestamp })).data.occurredAt
    for (const same of ['1788256800', 1788256800, 1788256800000, '1788256800000'])
      expect(at(same)).to.equal('2026-09-01T10:00:00.000Z')
    for (const odd of ['soon', -1, '', null, 1e300]) expect(at(odd)).to.equal('2026-09-01T10:00:00.000Z')
    const withEntryTime = messageBody({ ...text, timestamp: 'soon' }) as { entry: { time?: number }[] }
    if (withEntryTime.entry[0] !== undefined) withEntryTime.entry[0].time = 1788170400
    expect(onlyEvent(withEntryTime).data.occurredAt).to.equal('2026-08-31T10:00:00.000Z')
  })

  it('stores an unknown type whole and counts it', () => {
    const { items, unknown } = parsed(messageBody({ type: 'hologram', hologram: { id: '1' } }))
    expect(unknown).to.equal(1)
    const event = eventOf(items[0])
    expect(event.type.type).to.equal('channel.unknown.received.v1')
    expect(event.key).to.equal(`${CONNECTION.id}/phone::+${PHONE}`)
    expect(event.data).to.deep.include({ vendorKind: 'message:hologram' })
    expect(event.data.raw.hologram).to.deep.equal({ id: '1' })
  })

  it('counts fields that nobody reads, and keeps them with the message', () => {
    const result = parsed(messageBody({ ...text, shiny: { a: 1 }, text: { body: 'hi' } }))
    expect(result.unknown).to.equal(0)
    expect(result.unknownFields).to.deep.equal({ 'messages.shiny': 1 })
    expect(eventOf(result.items[0]).data.extra).to.deep.equal({ unknownFields: { shiny: { a: 1 } } })
  })

  it('drops NUL and mends half characters, which Postgres could not store', () => {
    const raw = JSON.stringify(messageBody({ type: 'text', text: { body: 'a\0b\ud83dc' } }))
    expect(onlyEvent(raw).data.content.text).to.equal('ab\ufffdc')
    const flow = { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{"a":"x\\u0000y"}' } }
    expect(contentOf({ type: 'interactive', interactive: flow }).data).to.deep.equal({ a: 'xy' })
  })

  it('never cuts a long text in half a character', () => {
    const { text: kept } = contentOf({ type: 'text', text: { body: `${'a'.repeat(65_535)}😀` } })
    expect(kept.isWellFormed()).to.equal(true)
  })
})
