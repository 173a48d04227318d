import type { InteractiveContent, MediaKind, OutboundContent, OutboundMedia } from '@parley/core'
import type { Json } from './json.ts'
import { refused, type SendRefusal } from './outcome.ts'
import { numberIn } from './person.ts'

/** A call of the Bot API that sends something; `media` is put under its `field`. */
export interface Sending {
  readonly method: string
  readonly fields: Json
  readonly media?: { readonly field: string; readonly kind: MediaKind; readonly media: OutboundMedia }
}

const METHODS: Readonly<Record<MediaKind, readonly [method: string, field: string]>> = {
  image: ['sendPhoto', 'photo'],
  video: ['sendVideo', 'video'],
  audio: ['sendAudio', 'audio'],
  document: ['sendDocument', 'document'],
  sticker: ['sendSticker', 'sticker'],
}

/** `callback_data` is 1 to 64 bytes. */
const MAX_CALLBACK_BYTES = 64

/** How content is said to Telegram, or why it cannot be. */
export function sendingOf(content: OutboundContent): Sending | SendRefusal {
  if (content.kind === 'text')
    return { method: 'sendMessage', fields: { text: content.text, ...preview(content.previewUrl) } }
  if (content.kind === 'interactive') return choice(content)
  if (content.kind === 'location') return place(content)
  if (content.kind === 'reaction') return reaction(content.target, content.emoji)
  if (!isFile(content)) return refused('content', 'parley.no-kind', `Telegram has no ${content.kind}`)
  const { kind, media, text } = content
  const [method, field] = METHODS[kind]
  return { method, fields: text === undefined ? {} : { caption: text }, media: { field, kind, media } }
}

function isFile(content: OutboundContent): content is Extract<OutboundContent, { kind: MediaKind }> {
  return Object.hasOwn(METHODS, content.kind)
}

function preview(wanted: boolean | undefined): Json {
  return wanted === false ? { link_preview_options: { is_disabled: true } } : {}
}

function place(content: Extract<OutboundContent, { kind: 'location' }>): Sending {
  const { latitude, longitude, name, address } = content
  if (name === undefined) return { method: 'sendLocation', fields: { latitude, longitude } }
  return { method: 'sendVenue', fields: { latitude, longitude, title: name, address: address ?? name } }
}

/** Without an emoji the reaction is taken back. */
function reaction(target: string, emoji: string | null): Sending | SendRefusal {
  const number = numberIn(target)
  if (number === undefined) return refused('content', 'parley.no-target', 'only a message can be reacted to')
  const fields = { message_id: number, reaction: emoji === null ? [] : [{ type: 'emoji', emoji }] }
  return { method: 'setMessageReaction', fields }
}

/** Buttons, rows of a list and links are all buttons below the message, one in a row. */
function choice(content: InteractiveContent): Sending | SendRefusal {
  const buttons = buttonsOf(content)
  if (buttons === undefined) return refused('content', 'parley.no-kind', 'Telegram has neither cards nor flows')
  const long = buttons.some((button) => Buffer.byteLength(String(button.callback_data ?? '')) > MAX_CALLBACK_BYTES)
  if (long) return refused('content', 'parley.too-long', `an id has at most ${MAX_CALLBACK_BYTES} bytes`)
  const text = [content.header, content.text, content.footer].filter((part) => part !== undefined).join('\n\n')
  return {
    method: 'sendMessage',
    fields: { text, reply_markup: { inline_keyboard: buttons.map((button) => [button]) } },
  }
}

function buttonsOf(content: InteractiveContent): readonly Json[] | undefined {
  const tap = ({ id, title }: { id: string; title: string }) => ({ text: title, callback_data: id })
  if ('buttons' in content) return content.buttons.map(tap)
  if ('list' in content) return content.list.sections.flatMap(({ rows }) => rows.map(tap))
  if ('link' in content) return [{ text: content.link.title, url: content.link.url }]
  return undefined
}
