import { expect } from 'chai'
import fc from 'fast-check'
import { mediaPlaceOf, mediaRef } from '../../../../adapters/meta/platform/media-ref.ts'
import { INSTAGRAM, MESSENGER } from '../../../../adapters/meta/platform/product.ts'
import { parsePlatformWebhook } from '../../../../adapters/meta/platform/receive/parse.ts'
import { platformReceiver } from '../../../../adapters/meta/platform/receive/receiver.ts'
import { sign } from '../../../../adapters/meta/signature.ts'
import {
  ADA,
  AT,
  byAda,
  byPage,
  CONNECTION,
  contentsOf,
  envelope,
  onInstagram,
  onMessenger,
  PAGE,
  parsed,
  request,
} from './payloads.ts'

const url = 'https://scontent.xx.fbcdn.net/v/a.jpg?oh=1&oe=2'
const image = (address = url) => ({ type: 'image', payload: { url: address } })
const typesOf = (events: readonly { type: { type: string } }[]) => events.map((event) => event.type.type)

describe('the webhooks of the Messenger Platform', () => {
  describe('the signature', () => {
    /** The first is published by GitHub, whose webhooks have the same scheme; the others are OpenSSL's (`openssl dgst -sha256 -hmac`). */
    const VECTORS = [
      [
        'Hello, World!',
        "It's a Secret to Everybody",
        '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      ],
      ['{"object":"page"}', 'facebook-app', '0bee94b6a463a44aaccd5f7c67603d0502b472b1f4352d7a5de0548200d873a4'],
      ['Grüße 🥐', 'facebook-app', 'a5027cac81e47a5b95a20dca058fe8da0fc42f4d75c05370b49120e23ee9630f'],
    ] as const
    const receiver = platformReceiver(INSTAGRAM, { maxBytes: 1024, otherSecrets: ['instagramAppSecret'] })
    const secrets = { appSecret: 'facebook-app', verifyToken: 'verify', instagramAppSecret: 'instagram-app' }
    const verify = (body: string, header: string, used: Record<string, string> = secrets) =>
      receiver.verify(request(body, { headers: { 'x-hub-signature-256': header } }), used)

    it('is an HMAC-SHA256 of the exact bytes; one bit changed fails', () => {
      for (const [body, appSecret, hex] of VECTORS) {
        const flipped = `${(Number.parseInt(hex.slice(0, 1), 16) ^ 1).toString(16)}${hex.slice(1)}`
        const bytes = Buffer.from(body)
        bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
        expect(verify(body, `sha256=${hex}`, { appSecret })).to.equal(true)
        expect(verify(body, `sha256=${flipped}`, { appSecret })).to.equal(false)
        expect(verify(bytes.toString(), `sha256=${hex}`, { appSecret })).to.equal(false)
      }
    })

    it('may be of the Facebook or of the Instagram app, and of no empty secret', () => {
      expect(verify('{}', sign('{}', 'facebook-app'))).to.equal(true)
      expect(verify('{}', sign('{}', 'instagram-app'))).to.equal(true)
      expect(verify('{}', sign('{}', 'another-app'))).to.equal(false)
      expect(verify('{}', sign('{}', ''), { appSecret: 'facebook-app', instagramAppSecret: '' })).to.equal(false)
      const messenger = platformReceiver(MESSENGER, { maxBytes: 1024 })
      const signed = request('{}', { headers: { 'x-hub-signature-256': sign('{}', 'instagram-app') } })
      expect(messenger.verify(signed, secrets)).to.equal(false)
    })

    it('opens a subscription with the verify token alone', () => {
      const query = { 'hub.mode': 'subscribe', 'hub.challenge': '42', 'hub.verify_token': 'verify' }
      const ask = (more: object) =>
        receiver.handshake?.(request('', { method: 'GET', query: { ...query, ...more } }), secrets)
      expect(ask({})).to.include({ status: 200, body: '42' })
      expect(ask({ 'hub.verify_token': 'wrong' })).to.equal(undefined)
    })
  })

  it('walks every element of every array of every entry, in payload order', () => {
    const body = {
      object: 'page',
      entry: [
        {
          id: PAGE,
          time: AT,
          messaging: [byAda({ message: { mid: 'm_1', text: 'a' } }), byAda({ message: { mid: 'm_2', text: 'b' } })],
        },
        { id: 'other', time: AT, standby: [byAda({ message: { mid: 'm_3', text: 'c' } })], something: [1] },
        'broken',
        { id: PAGE, time: AT, changes: [{ field: 'feed', value: { item: 'like' } }] },
      ],
    }
    const { items, unknown } = parsed(MESSENGER, body)
    expect(items.map((item) => item.account)).to.deep.equal([PAGE, PAGE, 'other', 'other', '', PAGE])
    expect(unknown).to.equal(3)
    const events = items.map((item) => item.toEvent(CONNECTION))
    expect(typesOf(events).filter((type) => type === 'channel.message.received.v1')).to.have.length(3)
    expect(events[2]?.data).to.have.nested.property('extra.standby', true)
  })

  it('refuses a wrong top level, and nothing below it', () => {
    expect(parsePlatformWebhook(MESSENGER, request('{'))).to.include({ ok: false, field: 'body' })
    expect(parsePlatformWebhook(MESSENGER, request({ object: 'instagram', entry: [] }))).to.include({ field: 'object' })
    expect(parsePlatformWebhook(MESSENGER, request({ object: 'page' }))).to.include({ field: 'entry' })
  })

  it('knows a person at one account only', () => {
    const [event] = onMessenger(byAda({ message: { mid: 'm_1', text: 'Moin' } }))
    expect(event?.data.sender).to.deep.equal({ identities: [{ kind: 'psid', scope: PAGE, value: ADA }] })
    expect(event?.key).to.equal(`${CONNECTION.id}/psid:${PAGE}:${ADA}`)
    expect(event?.data.occurredAt).to.equal(new Date(AT).toISOString())
    expect(onInstagram(byAda({ message: { mid: 'm_1', text: 'Moin' } }))[0]?.data.sender.identities[0].kind).to.equal(
      'igsid',
    )
  })

  it('takes mids of 164 characters, as Instagram has them', () => {
    const mid = 'aWdf'.repeat(41)
    expect(onInstagram(byAda({ message: { mid, text: 'x' } }))[0]?.data.externalId).to.equal(mid)
  })

  describe('what a customer says', () => {
    it('is a text, a quick reply, a quoted answer', () => {
      expect(contentsOf({ text: 'Moin' })).to.deep.equal([{ kind: 'text', text: 'Moin' }])
      expect(contentsOf({ text: 'Roggen', quick_reply: { payload: 'rye' } })).to.deep.equal([
        { kind: 'reply', source: 'quick-reply', text: 'Roggen', payload: 'rye' },
      ])
      const [event] = onMessenger(byAda({ message: { mid: 'm_2', text: 'ja', reply_to: { mid: 'm_1' } } }))
      expect(event?.data.replyTo).to.equal('m_1')
    })

    it('is files: one message each, in order, the words with the first', () => {
      const message = {
        mid: 'm_9',
        text: 'seht mal',
        attachments: [image(), { type: 'video', payload: { url } }, { type: 'audio', payload: { url } }],
      }
      const events = onMessenger(byAda({ message }))
      expect(
        events.map((event) => [event.data.externalId, event.data.content.kind, event.data.content.text]),
      ).to.deep.equal([
        ['m_9', 'image', 'seht mal'],
        ['m_9#2', 'video', undefined],
        ['m_9#3', 'audio', undefined],
      ])
      expect(mediaPlaceOf(events[1]?.data.content.media.ref)).to.deep.equal({ url, mid: 'm_9', index: 1 })
      const [file] = contentsOf({
        attachments: [{ type: 'file', payload: { url: 'https://cdn.fbsbx.com/v/Rech%20nung.pdf?x=1' } }],
      })
      expect(file).to.deep.include({ kind: 'document' }).and.have.nested.property('media.fileName', 'Rech nung.pdf')
    })

    it('is a sticker, a shared link, a place, a product, somebody’s post or reel', () => {
      expect(
        contentsOf({ attachments: [{ type: 'image', payload: { url, sticker_id: 369239263222822 } }] })[0].kind,
      ).to.equal('sticker')
      expect(
        contentsOf({ attachments: [{ type: 'fallback', title: 'Rezept', url: 'https://r.example' }] }),
      ).to.deep.equal([{ kind: 'text', text: 'Rezept\nhttps://r.example' }])
      expect(
        contentsOf({
          text: 'hier https://r.example',
          attachments: [{ type: 'fallback', title: 'R', url: 'https://r.example' }],
        }),
      ).to.deep.equal([{ kind: 'text', text: 'hier https://r.example' }])
      expect(
        contentsOf({ attachments: [{ type: 'location', payload: { coordinates: { lat: 51.3, long: 12.4 } } }] }),
      ).to.deep.equal([{ kind: 'location', latitude: 51.3, longitude: 12.4 }])
      expect(
        contentsOf({ attachments: [{ type: 'template', payload: { product: { elements: [{ id: '1' }] } } }] })[0],
      ).to.include({ kind: 'system', event: 'product' })
      const shared = onInstagram(
        byAda({
          message: {
            mid: 'm',
            attachments: [{ type: 'ig_reel', payload: { url, title: 'Brot', reel_video_id: '7' } }],
          },
        }),
      )
      expect(shared[0]?.data.content.kind).to.equal('video')
      expect(shared[0]?.data.extra.shared).to.deep.equal({ type: 'ig_reel', title: 'Brot', id: '7' })
    })

    it('is an answer to a story, or names us in one', () => {
      const story = { id: '178', url: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1' }
      const [reply] = onInstagram(byAda({ message: { mid: 'm', text: 'lecker', reply_to: { story } } }))
      expect(reply?.data.content).to.deep.equal({ kind: 'text', text: 'lecker' })
      expect(reply?.data.extra).to.deep.equal({ storyReply: story })
      const [mention] = onInstagram(
        byAda({ message: { mid: 'm', attachments: [{ type: 'story_mention', payload: { url } }] } }),
      )
      expect(mention?.data.content.kind).to.equal('image')
      expect(mention?.data.extra.shared.type).to.equal('story_mention')
    })

    it('is kept when nobody can read it, counted when nobody knows it', () => {
      const read = (message: object) => {
        const { items, unknown } = parsed(INSTAGRAM, envelope(INSTAGRAM, byAda({ message: { mid: 'm', ...message } })))
        return [items[0]?.toEvent(CONNECTION).data, unknown] as const
      }
      const [unsupported, none] = read({ is_unsupported: true })
      expect(unsupported).to.have.nested.property('content.kind', 'unsupported')
      expect(none).to.equal(0)
      expect(read({ attachments: [{ type: 'ephemeral' }] })[1]).to.equal(0)
      const [odd, counted] = read({ attachments: [{ type: 'hologram', payload: { depth: 3 } }] })
      expect(odd).to.have.nested.property('content.vendorKind', 'attachment:hologram')
      expect(counted).to.equal(1)
      expect(read({})[1]).to.equal(1)
    })

    it('is a tap on a button, twice when it was tapped twice', () => {
      const tap = (timestamp: number) =>
        byAda({
          timestamp,
          postback: { mid: 'm_t', title: 'Kaufen', payload: 'buy', referral: { source: 'ADS', ad_id: '6' } },
        })
      const { items } = parsed(MESSENGER, envelope(MESSENGER, tap(AT), tap(AT), tap(AT + 5)))
      expect(new Set(items.map((item) => item.dedupeKey)).size).to.equal(2)
      const event = items[0]?.toEvent(CONNECTION)
      expect(event?.data).to.deep.include({ referral: { source: 'ADS', ad_id: '6' } })
      expect(event?.data).to.have.deep.property('content', {
        kind: 'reply',
        source: 'button',
        text: 'Kaufen',
        payload: 'buy',
      })
    })

    it('is a way back through a link or an ad, an opt-in, a message that came from an ad', () => {
      const [link] = onMessenger(byAda({ referral: { ref: 'flyer', source: 'SHORTLINK', type: 'OPEN_THREAD' } }))
      expect(link?.data.content).to.deep.include({ kind: 'system', event: 'referral', text: 'flyer' })
      expect(
        onMessenger(byAda({ optin: { type: 'notification_messages', title: 'News' } }))[0]?.data.content.event,
      ).to.equal('optin')
      const plugin = { recipient: { id: PAGE }, timestamp: AT, optin: { user_ref: 'r' } }
      expect(typesOf(onMessenger(plugin))).to.deep.equal(['channel.unknown.received.v1'])
      const [ad] = onInstagram(
        byAda({ message: { mid: 'm', text: 'Preis?', referral: { source: 'ADS', ad_id: '7' } } }),
      )
      expect(ad?.data.referral).to.deep.equal({ source: 'ADS', ad_id: '7' })
    })
  })

  it('reads reactions given and taken back, by name where there is no emoji', () => {
    const react = (reaction: object) => onMessenger(byAda({ reaction: { mid: 'm_1', ...reaction } }))[0]?.data.content
    expect(react({ action: 'react', reaction: 'love', emoji: '❤️' })).to.deep.equal({
      kind: 'reaction',
      emoji: '❤️',
      target: 'm_1',
    })
    expect(react({ action: 'react', reaction: 'wow' }).emoji).to.equal('😮')
    expect(react({ action: 'unreact' }).emoji).to.equal(null)
  })

  it('reads an edit, and keeps Instagram’s edit that says nothing', () => {
    const [edit] = onMessenger(byAda({ message_edit: { mid: 'm_1', text: 'neu', num_edit: 2 } }))
    expect(edit?.type.type).to.equal('channel.message.edited.v1')
    expect(edit?.data).to.deep.include({ externalId: 'm_1', content: { kind: 'text', text: 'neu' } })
    expect(typesOf(onInstagram(byAda({ message_edit: { mid: 'm_1', num_edit: 0 } })))).to.deep.equal([
      'channel.unknown.received.v1',
    ])
  })

  it('takes back a message with every file that it can have had', () => {
    const events = onInstagram(byAda({ message: { mid: 'm_1', is_deleted: true } }))
    expect(new Set(typesOf(events))).to.deep.equal(new Set(['channel.message.revoked.v1']))
    expect(events.map((event) => event.data.externalId).slice(0, 2)).to.deep.equal(['m_1', 'm_1#2'])
  })

  it('reads deliveries by message, and without any up to a time', () => {
    const named = onMessenger(byAda({ delivery: { mids: ['m_1', 'm_2'], watermark: AT } }))
    expect(named.map((event) => [event.data.externalId, event.data.status])).to.deep.equal([
      ['m_1', 'delivered'],
      ['m_2', 'delivered'],
    ])
    const [mark] = onMessenger(byAda({ delivery: { watermark: AT } }))
    expect(mark?.type.type).to.equal('channel.watermark.moved.v1')
    expect(mark?.data).to.include({ status: 'delivered', upTo: new Date(AT).toISOString() })
  })

  it('reads reading up to a time at Messenger, by message at Instagram', () => {
    expect(onMessenger(byAda({ read: { watermark: AT } }))[0]?.data).to.include({
      status: 'read',
      upTo: new Date(AT).toISOString(),
    })
    expect(onInstagram(byAda({ read: { mid: 'm_1' } }))[0]?.data).to.include({ status: 'read', externalId: 'm_1' })
    expect(typesOf(onInstagram(byPage({ read: { mid: 'm_1' } })))).to.deep.equal(['channel.unknown.received.v1'])
  })

  it('knows what the business wrote: with our id from Messenger, files and all', () => {
    const correlationId = '0198f1a2-0000-7000-8000-00000000cafe'
    const [own] = onMessenger(
      byPage({ message: { mid: 'm_1', text: 'Hallo', is_echo: true, app_id: 1, metadata: correlationId } }),
    )
    expect(own?.type.type).to.equal('channel.message.echoed.v1')
    expect(own?.data).to.deep.include({
      correlationId,
      recipient: { identities: [{ kind: 'psid', scope: PAGE, value: ADA }] },
    })
    const native = onInstagram(byPage({ message: { mid: 'm_2', is_echo: true, attachments: [image(), image()] } }))
    expect(native.map((event) => event.data.externalId)).to.deep.equal(['m_2', 'm_2#2'])
    expect(native[0]?.data).to.not.have.property('correlationId')
  })

  it('reads the dashboard’s test, which comes in the other form', () => {
    const value = byAda({ message: { mid: 'm_test', text: 'test' } })
    const body = { object: 'instagram', entry: [{ id: PAGE, time: AT, changes: [{ field: 'messages', value }] }] }
    const { items, unknown } = parsed(INSTAGRAM, body)
    expect(unknown).to.equal(0)
    expect(items[0]?.dedupeKey).to.equal('message:m_test')
  })

  it('passes on who holds the conversation, and what was done to the page', () => {
    const events = onMessenger(byAda({ take_thread_control: { previous_owner_app_id: '1' } }), {
      recipient: { id: PAGE },
      timestamp: AT,
      policy_enforcement: { action: 'block', reason: 'spam' },
    })
    expect(events.map((event) => event.data.change)).to.deep.equal(['thread-control-taken', 'policy-enforcement'])
  })

  it('notes fields that nobody reads', () => {
    const { unknownFields } = parsed(
      MESSENGER,
      envelope(MESSENGER, byAda({ message: { mid: 'm', text: 'x', poll_id: 1 }, mood: 'good' })),
    )
    expect(unknownFields).to.deep.equal({ 'messaging.mood': 1, 'message.poll_id': 1 })
  })

  it('makes one item or more of any element, and never throws', () => {
    const odd = fc.dictionary(
      fc.constantFrom('sender', 'recipient', 'timestamp', 'message', 'read', 'delivery', 'postback', 'reaction', 'x'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 4 }), (elements) => {
        const { items } = parsed(MESSENGER, envelope(MESSENGER, ...elements))
        for (const item of items) {
          const { type, data } = item.toEvent(CONNECTION)
          const { error } = type.schema.validate(data)
          if (error !== undefined) throw error
        }
        return items.length >= elements.length
      }),
      { numRuns: 300 },
    )
  })

  it('keeps a file’s place beside its address', () => {
    expect(mediaPlaceOf(mediaRef('https://a.example/x?y=1#z', 'm,1/%', 3))).to.deep.equal({
      url: 'https://a.example/x?y=1',
      mid: 'm,1/%',
      index: 3,
    })
    expect(mediaPlaceOf('https://a.example/x')).to.equal(undefined)
  })
})
