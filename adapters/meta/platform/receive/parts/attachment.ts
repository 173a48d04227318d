import type { InboundContent, MediaKind } from '@parley/core'
import { clipped } from '../../../clipped.ts'
import { asNumber, asRecord, asText, clip, type Json, present } from '../../../json.ts'
import { mediaRef } from '../../media-ref.ts'
import type { MessagePart } from './parts.ts'

interface Media {
  readonly kind: MediaKind
  /** Until it is fetched and its content says more. */
  readonly mimeType: string
}

/** Attachments that are a file at an address. Shared posts and stories are one too; which of picture and film, only the file says. */
const MEDIA: ReadonlyMap<string, Media> = new Map([
  ['image', { kind: 'image', mimeType: 'image/jpeg' }],
  ['video', { kind: 'video', mimeType: 'video/mp4' }],
  ['audio', { kind: 'audio', mimeType: 'audio/mp4' }],
  ['file', { kind: 'document', mimeType: 'application/octet-stream' }],
  ['reel', { kind: 'video', mimeType: 'video/mp4' }],
  ['ig_reel', { kind: 'video', mimeType: 'video/mp4' }],
  ['share', { kind: 'image', mimeType: 'application/octet-stream' }],
  ['post', { kind: 'image', mimeType: 'application/octet-stream' }],
  ['ig_post', { kind: 'image', mimeType: 'application/octet-stream' }],
  ['story_mention', { kind: 'image', mimeType: 'application/octet-stream' }],
  ['ig_story', { kind: 'image', mimeType: 'application/octet-stream' }],
])

/** Files that are somebody's post or story rather than the sender's own. */
const SHARED = new Set(['reel', 'ig_reel', 'share', 'post', 'ig_post', 'story_mention', 'ig_story'])

/** `{ type, payload: { url, … }, title?, url? }`, the file of a message at a place in it. */
export function readAttachment(raw: unknown, mid: string, index: number): MessagePart {
  const fields = asRecord(raw) ?? {}
  const payload = asRecord(fields.payload) ?? {}
  const type = asText(fields.type) ?? 'malformed'
  const url = asText(payload.url) ?? asText(fields.url)
  const media = asNumber(payload.sticker_id) === undefined ? MEDIA.get(type) : STICKER
  if (media !== undefined && url !== undefined) {
    const extra = SHARED.has(type) ? { shared: { type, ...describe(payload) } } : {}
    const file = {
      mimeType: media.mimeType,
      ref: mediaRef(url, mid, index),
      ...present({ fileName: nameOf(url, type) }),
    }
    return { content: { kind: media.kind, media: file }, extra, unknown: false }
  }
  const content = wordsOf(type, fields, payload, url)
  if (content !== undefined) return { content, extra: { shared: { type, ...describe(payload) } }, unknown: false }
  return {
    content: { kind: 'unsupported', vendorKind: clip(`attachment:${type}`, 200), raw: fields },
    extra: {},
    unknown: !KNOWN_WITHOUT_CONTENT.has(type),
  }
}

const STICKER: Media = { kind: 'sticker', mimeType: 'image/png' }

/** Seen once and gone, or without any address: Meta tells that they were, and no more. */
const KNOWN_WITHOUT_CONTENT = new Set(['ephemeral', 'unsupported_type', 'template', ...MEDIA.keys()])

function wordsOf(type: string, fields: Json, payload: Json, url: string | undefined): InboundContent | undefined {
  if (type === 'location') return location(payload, fields)
  if (type !== 'fallback' && type !== 'template') return undefined
  const product = asRecord(payload.product)
  if (product !== undefined) return { kind: 'system', event: 'product', data: product }
  const title = clipped(fields.title) ?? clipped(payload.title)
  const text = [title, url].filter((part) => part !== undefined).join('\n')
  return text === '' ? undefined : { kind: 'text', text }
}

function location(payload: Json, fields: Json): InboundContent | undefined {
  const at = asRecord(payload.coordinates)
  const latitude = asNumber(at?.lat)
  const longitude = asNumber(at?.long)
  if (latitude === undefined || longitude === undefined) return undefined
  return {
    kind: 'location',
    latitude,
    longitude,
    ...present({ name: clipped(fields.title), url: clipped(fields.url) }),
  }
}

/** What is known of somebody's post besides its file. */
function describe(payload: Json): Json {
  return present({
    title: clipped(payload.title),
    id: asText(payload.id) ?? asText(payload.ig_post_media_id) ?? asText(payload.reel_video_id),
  })
}

/** Files carry their name in the address; pictures only a number. */
function nameOf(url: string, type: string): string | undefined {
  if (type !== 'file' || !URL.canParse(url)) return undefined
  const name = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name) || undefined
  } catch {
    return name // A lone percent sign: the name as it stands.
  }
}
