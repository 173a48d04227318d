import { Readable } from 'node:stream'
import type { Connection, OutboundContent, SendResult } from '@parley/core'
import { expect } from 'chai'
import { BotApi } from '../src/bot-api.ts'
import { telegramChannel } from '../src/channel.ts'
import { identity } from '../src/person.ts'
import { telegramReceipts } from '../src/receipts.ts'
import { parse } from '../src/receiver.ts'
import { Simulator } from './vendor.ts'

const BOT = { id: '7001', name: 'Bakery', token: '7001:token-of-the-bot' }
const ADA = { id: 5501, is_bot: false, first_name: 'Ada', last_name: 'K.', username: 'ada' }
const CHAT = { id: 5501, type: 'private' }
const CONNECTION = {
  id: 'c1',
  tenantId: 't1',
  externalId: BOT.id,
  secrets: { token: BOT.token },
} as unknown as Connection
const FILE = { bytes: 3, mimeType: 'image/png', key: 'k', sha256: '' }

/** What an update becomes. */
function heard(update: object) {
  const body = Buffer.from(JSON.stringify(update))
  const parsed = parse({ method: 'POST', body, headers: {}, query: { bot: BOT.id }, url: '', receivedAt: new Date(0) })
  if (!parsed.ok) throw new Error(parsed.detail)
  const [item] = parsed.items
  const event = item?.toEvent({ id: 'c1', tenantId: 't1' })
  return { type: event?.type.type, data: event?.data as Readonly<Record<string, unknown>>, unknown: parsed.unknown }
}

describe('what a person does in Telegram', () => {
  const message = { message_id: 9, date: 1_700_000_000, chat: CHAT, from: ADA }

  it('is heard with its time, its sender and what it answers', () => {
    const { type, data } = heard({
      update_id: 1,
      message: { ...message, text: 'Moin', reply_to_message: { message_id: 4 } },
    })
    expect(type).to.equal('channel.message.received.v1')
    expect(data).to.deep.include({ externalId: '5501:9', replyTo: '5501:4', occurredAt: '2023-11-14T22:13:20.000Z' })
    expect(data.sender).to.deep.equal({ identities: [identity('5501')], displayName: 'Ada K.', username: 'ada' })
  })

  it('is heard as the kind that it is', () => {
    const kinds = {
      document: [{ document: { file_id: 'f', file_name: 'a.pdf', mime_type: 'application/pdf' } }, 'document'],
      voice: [{ voice: { file_id: 'f' } }, 'audio'],
      location: [{ location: { latitude: 53.5, longitude: 10 } }, 'location'],
      contact: [{ contact: { phone_number: '1' } }, 'contacts'],
      dice: [{ dice: { value: 3 } }, 'unsupported'],
    } as const
    for (const [what, [part, kind]] of Object.entries(kinds))
      expect(heard({ update_id: 1, message: { ...message, ...part } }).data.content, what).to.include({ kind })
  })

  it('is followed when it is edited, and when a button is tapped', () => {
    const edited = heard({ update_id: 2, edited_message: { ...message, edit_date: 1_700_000_060, text: 'Moin!' } })
    expect(edited.type).to.equal('channel.message.edited.v1')
    expect(edited.data).to.deep.include({ externalId: '5501:9', occurredAt: '2023-11-14T22:14:20.000Z' })
    const markup = { inline_keyboard: [[{ text: 'Rye', callback_data: 'rye' }]] }
    const query = { id: 'q1', from: ADA, data: 'rye', message: { ...message, reply_markup: markup } }
    expect(heard({ update_id: 3, callback_query: query }).data).to.deep.include({
      externalId: 'callback:q1',
      replyTo: '5501:9',
      content: { kind: 'reply', source: 'button', text: 'Rye', payload: 'rye' },
    })
  })

  it('is a wish not to be written to when the bot is blocked', () => {
    const change = { chat: CHAT, from: ADA, date: 1_700_000_000, new_chat_member: { status: 'kicked' } }
    expect(heard({ update_id: 4, my_chat_member: change }).data).to.include({ purpose: 'all', wish: 'stop' })
  })

  it('is kept as unknown when it happened in a group', () => {
    const { type, unknown } = heard({
      update_id: 5,
      message: { ...message, chat: { id: -1, type: 'group' }, text: 'Hi all' },
    })
    expect({ type, unknown }).to.deep.equal({ type: 'channel.unknown.received.v1', unknown: 1 })
  })
})

describe('what a bot says in Telegram', () => {
  let simulator: Simulator
  let send: (content: OutboundContent, more?: { replyTo?: string; to?: string }) => Promise<SendResult>

  beforeEach(async () => {
    simulator = new Simulator({ accounts: [BOT], now: Date.now })
    const settings = { baseUrl: await simulator.listen(), timeoutMs: 15_000, maxWebhookBytes: 1, maxMediaBytes: 1 }
    const get = async (_: string, key: string) =>
      key === 'k' ? { object: FILE, content: Readable.from([Buffer.from('png')]) } : undefined
    const channel = telegramChannel({ api: new BotApi(settings), store: { get } as never })
    send = (content, { to = '5501', ...more } = {}) =>
      channel.send({
        connection: CONNECTION,
        to: identity(to),
        content,
        correlationId: 'm1',
        signal: AbortSignal.timeout(9_000),
        ...more,
      })
  })
  afterEach(() => simulator.close())

  const sent = () => simulator.messages.at(-1)

  it('is a text, quoting what it answers', async () => {
    expect(await send({ kind: 'text', text: 'Moin' }, { replyTo: '5501:9' })).to.deep.equal({
      ok: true,
      externalId: '5501:900000',
    })
    expect(sent()?.fields).to.deep.include({ reply_parameters: { message_id: 9, allow_sending_without_reply: true } })
    expect(await send({ kind: 'text', text: 'Ja' }, { replyTo: 'callback:q1' })).to.include({ ok: true })
    expect(sent()?.fields).to.not.have.property('reply_parameters')
  })

  it('is a file of ours, or one behind a link', async () => {
    expect(await send({ kind: 'image', media: { objectKey: 'k', fileName: 'a.png' }, text: 'Look' })).to.include({
      ok: true,
    })
    expect(sent()).to.deep.include({ method: 'sendPhoto', text: 'Look' })
    expect(sent()?.fields).to.include({ photo: 'a.png' })
    expect(await send({ kind: 'document', media: { link: 'https://b.example/a.pdf' } })).to.include({ ok: true })
    expect(sent()?.fields).to.include({ document: 'https://b.example/a.pdf' })
    expect(await send({ kind: 'image', media: { objectKey: 'gone' } })).to.include({ code: 'parley.no-object' })
  })

  it('is a choice as buttons, within what a button can carry', async () => {
    const buttons = [
      { id: 'rye', title: 'Rye' },
      { id: 'oat', title: 'Oat' },
    ]
    expect(await send({ kind: 'interactive', header: 'Bread', text: 'Which?', buttons })).to.include({ ok: true })
    expect(sent()).to.include({ text: 'Bread\n\nWhich?' })
    expect(sent()?.fields.reply_markup).to.deep.equal({
      inline_keyboard: [[{ text: 'Rye', callback_data: 'rye' }], [{ text: 'Oat', callback_data: 'oat' }]],
    })
    const long = await send({ kind: 'interactive', text: '?', buttons: [{ id: 'x'.repeat(65), title: 'x' }] })
    expect(long).to.include({ failure: 'content', code: 'parley.too-long' })
    expect(await send({ kind: 'interactive', text: '?', cards: [{ title: 'a' }] })).to.include({
      code: 'parley.no-kind',
    })
  })

  it('is a place, and a reaction', async () => {
    await send({ kind: 'location', latitude: 1, longitude: 2, name: 'Shop' })
    expect(sent()).to.include({ method: 'sendVenue' })
    expect(await send({ kind: 'reaction', emoji: '❤', target: '5501:9' })).to.deep.equal({
      ok: true,
      externalId: 'reaction:5501:9',
    })
  })

  it('fails for good for who blocked the bot, and for who is not there', async () => {
    simulator.blocked.add('5501')
    expect(await send({ kind: 'text', text: 'Hello?' })).to.include({ failure: 'recipient', code: '403' })
    expect(await send({ kind: 'text', text: 'Hello?' }, { to: 'nobody' })).to.include({
      failure: 'recipient',
      code: '400',
    })
  })

  it('waits as long as Telegram says', async () => {
    simulator.faults.add({ kind: 'throttle', retryAfterMs: 7_000, times: 1 })
    expect(await send({ kind: 'text', text: 'x' })).to.include({ failure: 'throttled', retryAfterMs: 7_000 })
  })

  it('shows that it writes, and ends the waiting of a tapped button', async () => {
    const settings = { baseUrl: simulator.url, timeoutMs: 15_000, maxWebhookBytes: 1, maxMediaBytes: 1 }
    const signal = AbortSignal.timeout(9_000)
    const to = identity('5501')
    await telegramReceipts(new BotApi(settings)).markRead({
      connection: CONNECTION,
      externalId: 'callback:q1',
      to,
      typing: true,
      signal,
    })
    expect(simulator.shown).to.deep.equal([
      { method: 'answerCallbackQuery', fields: { callback_query_id: 'q1' } },
      { method: 'sendChatAction', fields: { chat_id: '5501', action: 'typing' } },
    ])
  })
})
