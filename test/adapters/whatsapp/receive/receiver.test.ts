import { expect } from 'chai'
import fc from 'fast-check'
import { sign } from '../../../../adapters/meta/signature.ts'
import { whatsappReceiver } from '../../../../adapters/whatsapp/receive/receiver.ts'
import { ada, envelope, eventOf, message, messageBody, messaging, PHONE, parsed, request, WABA } from '../payloads.ts'

const receiver = whatsappReceiver(1024)
const secrets = { appSecret: 'app-secret', verifyToken: 'verify-me' }

describe('the WhatsApp webhook receiver', () => {
  it('answers the handshake with the challenge when mode and token are right', () => {
    const ask = (query: Record<string, string>) =>
      receiver.handshake?.(
        request('', { method: 'GET', query: { 'hub.mode': 'subscribe', 'hub.challenge': '1158', ...query } }),
        secrets,
      )
    expect(ask({ 'hub.verify_token': 'verify-me' })).to.deep.equal({
      status: 200,
      body: '1158',
      contentType: 'text/plain; charset=utf-8',
    })
    expect(ask({ 'hub.verify_token': 'verify-m' })).to.equal(undefined)
    expect(ask({})).to.equal(undefined)
    expect(ask({ 'hub.verify_token': 'verify-me', 'hub.mode': 'unsubscribe' })).to.equal(undefined)
    expect(ask({ 'hub.verify_token': 'verify-me', 'hub.challenge': 'x'.repeat(300) })).to.equal(undefined)
  })

  it('opens to nobody while the verify token is empty', () => {
    const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': '' }
    expect(receiver.handshake?.(request('', { method: 'GET', query }), { ...secrets, verifyToken: '' })).to.equal(
      undefined,
    )
  })

  it('believes only a signature over the exact bytes', () => {
    const body = Buffer.from('{"emoji":"🥐"}')
    const verify = (header: string | undefined, used = secrets, bytes = body) =>
      receiver.verify(request(bytes, { headers: { 'x-hub-signature-256': header } }), used)
    const right = sign(body, 'app-secret')
    expect(verify(right)).to.equal(true)
    expect(verify(right.toUpperCase().replace('SHA256', 'sha256'))).to.equal(true)
    expect(verify(undefined)).to.equal(false)
    expect(verify(sign(body, 'other'))).to.equal(false)
    expect(verify(right.slice(0, -1))).to.equal(false)
    expect(verify(right.replace('sha256=', 'sha1='))).to.equal(false)
    expect(verify(right, secrets, Buffer.from('{"emoji":"🥖"}'))).to.equal(false)
    expect(verify(sign(body, ''), { ...secrets, appSecret: '' })).to.equal(false)
  })

  it('walks every element of every array in payload order', () => {
    const status = { id: 'wamid.OUT', status: 'read', timestamp: '1788256800', recipient_id: PHONE }
    const body = {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: WABA,
          changes: [
            messaging({
              contacts: [ada],
              messages: [
                message({ id: 'wamid.1', type: 'text', text: { body: '1' } }),
                message({ id: 'wamid.2', type: 'image', image: { id: '7', mime_type: 'image/png' } }),
              ],
              statuses: [status, { ...status, status: 'played' }],
            }),
            messaging({
              contacts: [ada],
              messages: [message({ id: 'wamid.3', type: 'location', location: { latitude: 1, longitude: 2 } })],
            }),
          ],
        },
        {
          id: 'another',
          changes: [
            messaging({ contacts: [ada], messages: [message({ id: 'wamid.4', type: 'text', text: { body: '4' } })] }),
          ],
        },
        {
          id: WABA,
          changes: [messaging({ contacts: [ada], messages: [message({ id: 'wamid.5', type: 'order', order: {} })] })],
        },
      ],
    }
    const ids = parsed(body).items.map((item) => eventOf(item).data.externalId)
    expect(ids).to.deep.equal(['wamid.1', 'wamid.2', 'wamid.OUT', 'wamid.OUT', 'wamid.3', 'wamid.4', 'wamid.5'])
  })

  it('never loses the neighbours of a malformed element, and counts it', () => {
    const good = message({ id: 'wamid.good', type: 'text', text: { body: 'here' } })
    const body = {
      object: 'whatsapp_business_account',
      entry: [
        null,
        { id: WABA, changes: 'none' },
        {
          id: WABA,
          changes: [
            7,
            { field: 'messages' },
            messaging({ messages: [null, { id: 'x' }, good, [], 'text'], statuses: { id: 1 } }),
          ],
        },
      ],
    }
    const { items, unknown } = parsed(body)
    const events = items.map(eventOf)
    expect(unknown).to.equal(9)
    const received = events.filter((event) => event.type.type === 'channel.message.received.v1')
    expect(received.map((event) => event.data.externalId)).to.deep.equal(['wamid.good'])
  })

  it('refuses a body whose top level is wrong, naming the field and quoting nothing', () => {
    const refusal = (body: unknown) => receiver.parse(request(body))
    expect(refusal('{"secret":')).to.deep.equal({ ok: false, field: 'body', detail: 'expected JSON' })
    expect(refusal('')).to.include({ ok: false, field: 'body' })
    expect(refusal('[]')).to.include({ ok: false, field: 'body' })
    expect(refusal({ object: 'page', entry: [] })).to.include({ ok: false, field: 'object' })
    expect(refusal({ object: 'whatsapp_business_account', entry: {} })).to.include({ ok: false, field: 'entry' })
    expect(refusal(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).to.include({ ok: false, field: 'body' })
    expect(refusal({ object: 'whatsapp_business_account', entry: [] })).to.deep.equal({
      ok: true,
      items: [],
      unknown: 0,
    })
  })

  it('reads foreign scripts, emoji and right-to-left text as they were written', () => {
    const words = ['שלום עולם', 'مرحبا', 'こんにちは', '👨‍👩‍👧‍👦🏳️‍🌈', 'e\u0301 ≠ é', '\u202Ertl\u202C']
    const messages = words.map((body, index) => message({ id: `wamid.${index}`, type: 'text', text: { body } }))
    const bytes = Buffer.from(`\uFEFF${JSON.stringify(envelope(messaging({ contacts: [ada], messages })))}`)
    const read = parsed(bytes).items.map((item) => eventOf(item).data.content.text)
    expect(read).to.deep.equal(words)
    const escaped = JSON.stringify(messageBody({ type: 'text', text: { body: '🥐' } })).replace('🥐', '\\ud83e\\udd50')
    expect(eventOf(parsed(escaped).items[0]).data.content.text).to.equal('🥐')
  })

  it('makes a valid event of whatever stands in place of any value', () => {
    const status = {
      id: 'wamid.OUT',
      status: 'sent',
      timestamp: '1',
      recipient_id: PHONE,
      errors: [{ code: 1, title: 't' }],
    }
    const preference = { wa_id: PHONE, category: 'marketing_messages', value: 'stop', timestamp: 1 }
    const kinds = [
      { type: 'text', text: { body: 'a' }, context: { id: 'q', forwarded: true }, referral: { a: 1 }, group_id: 'g' },
      { type: 'image', image: { id: '1', mime_type: 'a/b', caption: 'c', sha256: 'd', file_size: 1 } },
      {
        type: 'interactive',
        interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{}', body: 'b', name: 'n' } },
      },
      { type: 'edit', edit: { original_message_id: 'o', message: { type: 'text', text: { body: 'x' } } } },
      { type: 'system', system: { type: 's', body: 'b' }, identity: { hash: 'h' } },
    ]
    const value = {
      contacts: [{ ...ada, user_id: 'DE.1', profile: { name: 'n', username: 'u' } }],
      messages: kinds.map((fields, index) => message({ id: `m${index}`, from_user_id: 'DE.1', ...fields })),
      message_echoes: [{ to: PHONE, id: 'e', timestamp: '1', type: 'text', text: { body: 'x' } }],
      statuses: [status],
      user_preferences: [preference],
      errors: [{ code: 1, title: 't' }],
    }
    const template = {
      object: 'whatsapp_business_account',
      entry: [{ id: WABA, time: 1, changes: [messaging(value), { field: 'account_update', value: {} }] }],
    }
    const paths = pathsOf(template).filter((path) => path[0] === 'entry' && path.length > 1)
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.string(),
      fc.constant('\0'),
      fc.constant('x'.repeat(70_000)),
      fc.double(),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), anything), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const body = structuredClone(template)
          for (const [path, replacement] of changes) replace(body, path, replacement)
          for (const item of parsed(JSON.stringify(body)).items) {
            expect(item.dedupeKey).to.have.length.within(1, 600)
            eventOf(item)
          }
        },
      ),
      { numRuns: 1_500, seed: 7 },
    )
  })
})

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

function replace(root: unknown, path: Path, replacement: unknown): void {
  let place = root
  for (const key of path.slice(0, -1)) {
    if (typeof place !== 'object' || place === null) return
    place = Reflect.get(place, key)
  }
  const last = path.at(-1)
  if (typeof place === 'object' && place !== null && last !== undefined) Reflect.set(place, last, replacement)
}
