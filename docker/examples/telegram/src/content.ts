import type { InboundContent, InboundMedia, MediaKind } from '@parley/core'
import { asRecord, asText, type Json } from './json.ts'

/** Fields of a message that hold a file: what it is to us, and its type where Telegram names none. */
const FILES: Readonly<Record<string, readonly [MediaKind, string]>> = {
  animation: ['video', 'video/mp4'],
  audio: ['audio', 'audio/mpeg'],
  document: ['document', 'application/octet-stream'],
  photo: ['image', 'image/jpeg'],
  sticker: ['sticker', 'image/webp'],
  video: ['video', 'video/mp4'],
  video_note: ['video', 'video/mp4'],
  voice: ['audio', 'audio/ogg'],
}

/** What the person said. What we do not know is kept as `unsupported`, so that an agent sees that there was something. */
export function contentOf(message: Json): InboundContent {
  const text = asText(message.text)
  if (text !== undefined) return { kind: 'text', text }
  return fileIn(message) ?? placeIn(message) ?? cardIn(message) ?? unsupported(message)
}

function fileIn(message: Json): InboundContent | undefined {
  const field = Object.keys(FILES).find((name) => message[name] !== undefined)
  const [kind, usual] = FILES[field ?? ''] ?? []
  if (field === undefined || kind === undefined || usual === undefined) return undefined
  // Of a photo there are several sizes, the largest last. An animation comes as a document, too.
  const value = message[field]
  const file = asRecord(Array.isArray(value) ? value.at(-1) : value)
  const ref = asText(file?.file_id)
  if (file === undefined || ref === undefined) return undefined
  const caption = asText(message.caption)
  const voice = field === 'voice' ? { voice: true } : {}
  return { kind, media: mediaOf(file, ref, usual), ...voice, ...(caption === undefined ? {} : { text: caption }) }
}

function mediaOf(file: Json, ref: string, usual: string): InboundMedia {
  const fileName = asText(file.file_name)
  const { file_size: bytes } = file
  return {
    mimeType: asText(file.mime_type) ?? usual,
    ref,
    ...(fileName === undefined ? {} : { fileName }),
    ...(typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? { bytes } : {}),
  }
}

function placeIn(message: Json): InboundContent | undefined {
  const venue = asRecord(message.venue)
  const place = asRecord(venue?.location ?? message.location)
  if (typeof place?.latitude !== 'number' || typeof place.longitude !== 'number') return undefined
  const [name, address] = [asText(venue?.title), asText(venue?.address)]
  return {
    ...{ kind: 'location', latitude: place.latitude, longitude: place.longitude },
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
  }
}

function cardIn(message: Json): InboundContent | undefined {
  const contact = asRecord(message.contact)
  return contact === undefined ? undefined : { kind: 'contacts', contacts: [contact] }
}

const FRAME = /^(message_id|message_thread_id|date|edit_date|chat|from|reply_to_message|.*forward.*|media_group_id)$/

function unsupported(message: Json): InboundContent {
  const vendorKind = Object.keys(message).find((name) => !FRAME.test(name)) ?? 'empty'
  return { kind: 'unsupported', vendorKind, raw: message }
}
