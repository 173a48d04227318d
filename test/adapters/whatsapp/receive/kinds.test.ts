import { expect } from 'chai'
import { contentOf, message, messageBody, onlyEvent } from '../payloads.ts'

describe('a WhatsApp message, by its kind', () => {
  it('reads a text', () => {
    expect(contentOf({ type: 'text', text: { body: 'Zwei Brötchen bitte 🥐' } })).to.deep.equal({
      kind: 'text',
      text: 'Zwei Brötchen bitte 🥐',
    })
  })

  it('reads an image with its caption and keeps the id that the file is fetched by', () => {
    const image = {
      id: '770011',
      mime_type: 'image/jpeg',
      sha256: 'q83vEg==',
      caption: 'So eine',
      url: 'https://x.example',
    }
    expect(contentOf({ type: 'image', image })).to.deep.equal({
      kind: 'image',
      media: { mimeType: 'image/jpeg', ref: '770011', sha256: 'q83vEg==' },
      text: 'So eine',
    })
  })

  it('reads a video and a document with its file name', () => {
    expect(contentOf({ type: 'video', video: { id: '1', mime_type: 'video/mp4' } })).to.deep.include({ kind: 'video' })
    const document = { id: '2', mime_type: 'application/pdf', filename: 'Menü.pdf', caption: '' }
    expect(contentOf({ type: 'document', document })).to.deep.equal({
      kind: 'document',
      media: { mimeType: 'application/pdf', ref: '2', fileName: 'Menü.pdf' },
    })
  })

  it('tells a voice note from other audio, in both of its forms', () => {
    const audio = { id: '3', mime_type: 'audio/ogg; codecs=opus' }
    expect(contentOf({ type: 'audio', audio: { ...audio, voice: true } })).to.include({ kind: 'audio', voice: true })
    expect(contentOf({ type: 'audio', audio: { ...audio, voice: false } })).to.include({ kind: 'audio', voice: false })
    expect(contentOf({ type: 'voice', voice: audio })).to.include({ kind: 'audio', voice: true })
  })

  it('tells an animated sticker from a still one', () => {
    const sticker = { id: '4', mime_type: 'image/webp' }
    expect(contentOf({ type: 'sticker', sticker: { ...sticker, animated: true } })).to.include({ animated: true })
    expect(contentOf({ type: 'sticker', sticker: { ...sticker, animated: false } })).to.include({ animated: false })
  })

  it('reads a bare position and a named place', () => {
    expect(contentOf({ type: 'location', location: { latitude: 51.34, longitude: 12.37 } })).to.deep.equal({
      kind: 'location',
      latitude: 51.34,
      longitude: 12.37,
    })
    const place = {
      latitude: 51.34,
      longitude: 12.37,
      name: 'Bäckerei',
      address: 'Ring 1',
      url: 'https://maps.example',
    }
    expect(contentOf({ type: 'location', location: place })).to.deep.equal({ kind: 'location', ...place })
  })

  it('reads visiting cards', () => {
    const card = { name: { formatted_name: 'Max' }, phones: [{ phone: '+49 341 1', type: 'WORK' }] }
    expect(contentOf({ type: 'contacts', contacts: [card, 'broken'] })).to.deep.equal({
      kind: 'contacts',
      contacts: [card],
    })
  })

  it('reads a tap on a button and on a list row, with the id we gave it', () => {
    const button = { type: 'button_reply', button_reply: { id: 'yes', title: 'Ja' } }
    expect(contentOf({ type: 'interactive', interactive: button })).to.deep.equal({
      kind: 'reply',
      source: 'button',
      text: 'Ja',
      payload: 'yes',
    })
    const row = { type: 'list_reply', list_reply: { id: 'rye', title: 'Roggen', description: '1 kg' } }
    expect(contentOf({ type: 'interactive', interactive: row })).to.deep.equal({
      kind: 'reply',
      source: 'list',
      text: 'Roggen',
      payload: 'rye',
      data: { description: '1 kg' },
    })
  })

  it('reads a submitted flow, whose answers are JSON in a string, and keeps them when they are none', () => {
    const flow = (response_json: unknown) => ({
      type: 'interactive',
      interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json } },
    })
    expect(contentOf(flow('{"size":"L","flow_token":"t-1"}'))).to.deep.equal({
      kind: 'reply',
      source: 'flow',
      text: 'Sent',
      payload: 't-1',
      data: { size: 'L', flow_token: 't-1' },
    })
    expect(contentOf(flow('not json'))).to.deep.include({ data: { response: 'not json' }, payload: 'flow' })
    expect(contentOf(flow('[1]'))).to.deep.include({ data: { response: '[1]' } })
  })

  it('keeps an answer to a call permission request as what it is', () => {
    const interactive = { type: 'call_permission_reply', call_permission_reply: { response: 'accept' } }
    expect(contentOf({ type: 'interactive', interactive })).to.deep.equal({
      kind: 'system',
      event: 'call_permission_reply',
      data: { response: 'accept' },
    })
  })

  it("reads a tap on a template's button", () => {
    expect(contentOf({ type: 'button', button: { payload: 'STOP_NEWS', text: 'Stop' } })).to.deep.equal({
      kind: 'reply',
      source: 'template-button',
      text: 'Stop',
      payload: 'STOP_NEWS',
    })
  })

  it('reads a reaction, and its removal in both forms', () => {
    const reaction = { message_id: 'wamid.T', emoji: '❤️' }
    expect(contentOf({ type: 'reaction', reaction })).to.deep.equal({ kind: 'reaction', emoji: '❤️', target: 'wamid.T' })
    for (const removal of [{ message_id: 'wamid.T', emoji: '' }, { message_id: 'wamid.T' }])
      expect(contentOf({ type: 'reaction', reaction: removal })).to.include({ emoji: null, target: 'wamid.T' })
  })

  it('reads an order', () => {
    const order = { catalog_id: '5', text: 'ohne Mohn', product_items: [{ product_retailer_id: 'ROLL', quantity: 3 }] }
    expect(contentOf({ type: 'order', order })).to.deep.equal({ kind: 'order', order, text: 'ohne Mohn' })
  })

  it('reads what WhatsApp tells about the person', () => {
    const system = { type: 'user_changed_number', body: 'Ada changed', wa_id: '4916000000000' }
    expect(contentOf({ type: 'system', system })).to.deep.equal({
      kind: 'system',
      event: 'user_changed_number',
      text: 'Ada changed',
      data: { wa_id: '4916000000000' },
    })
    const changed = {
      type: 'system',
      system: { type: 'customer_identity_changed', body: 'x' },
      identity: { hash: 'h' },
    }
    expect(contentOf(changed)).to.deep.include({ data: { identity: { hash: 'h' } } })
    expect(contentOf({ type: 'request_welcome' })).to.deep.equal({ kind: 'system', event: 'request_welcome' })
  })

  it('shows what WhatsApp cannot pass on, with the reason', () => {
    const errors = [{ code: 131051, title: 'Message type unknown', error_data: { details: 'Not supported.' } }]
    expect(contentOf({ type: 'unsupported', unsupported: { type: 'poll' }, errors })).to.deep.equal({
      kind: 'unsupported',
      vendorKind: 'poll',
      detail: '131051: Not supported.',
    })
  })

  it('shows a known kind in an unreadable shape as unsupported, whole, in its place of the thread', () => {
    for (const [type, body] of [
      ['text', { body: false }],
      ['image', { mime_type: 'image/png' }],
      ['interactive', undefined],
      ['location', { latitude: 'north' }],
      ['contacts', {}],
      ['reaction', []],
    ] as const) {
      const fields = { type, [type]: body }
      const event = onlyEvent(messageBody(fields))
      expect(event.type.type).to.equal('channel.message.received.v1')
      expect(event.data.content).to.deep.include({ kind: 'unsupported', vendorKind: type })
      expect(event.data.content.raw).to.deep.equal(JSON.parse(JSON.stringify(message(fields))))
    }
  })
})
