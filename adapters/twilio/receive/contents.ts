import type { InboundContent, MediaKind } from '@parley/core'
import { present } from '../json.ts'
import type { Form } from './form.ts'

/** As many as Twilio sends with one message. */
const MAX_FILES = 10

/** Kinds of WhatsApp message that come with nothing but words, a place or files. */
const PLAIN = new Set(['text', 'image', 'video', 'audio', 'voice', 'document', 'sticker', 'location', 'contacts'])

/** What the message says; `undefined` when its kind is not known and it has neither words nor files. */
export function contentsOf(form: Form): readonly InboundContent[] | undefined {
  const body = form.get('Body')
  const tap = tapOf(form, body)
  if (tap !== undefined) return [tap]
  const place = locationOf(form)
  if (place !== undefined) return [place]
  const files = filesOf(form)
  const [first, ...others] = files
  if (first !== undefined) return [body === undefined ? first : { ...first, text: body }, ...others]
  if (body !== undefined) return [{ kind: 'text', text: body }]
  // An SMS may be empty; a WhatsApp message of a kind that nobody knows has nothing to show.
  const type = form.get('MessageType')
  return type === undefined || PLAIN.has(type) ? [{ kind: 'text', text: '' }] : undefined
}

/** A button of a template, a row of a list, a submitted form. */
function tapOf(form: Form, body: string | undefined): InboundContent | undefined {
  const row = form.get('ListId')
  const data = dataOf(form.get('FlowData') ?? form.get('InteractiveData'))
  const title = form.get('ListTitle') ?? form.get('ButtonText')
  const payload = form.get('ButtonPayload')
  if (row !== undefined)
    return { kind: 'reply', source: 'list', text: title ?? body ?? row, payload: row, ...described(form) }
  if (title !== undefined || payload !== undefined)
    return { kind: 'reply', source: 'button', text: title ?? body ?? payload ?? '', ...present({ payload }) }
  return data === undefined ? undefined : { kind: 'reply', source: 'flow', text: body ?? '', data }
}

function described(form: Form) {
  const description = form.get('ListDescription')
  return description === undefined ? {} : { data: { description } }
}

/** JSON that whoever designed the form wrote. */
function dataOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : { response: text }
  } catch {
    return { response: text } // No JSON: still what the customer submitted.
  }
}

function locationOf(form: Form): InboundContent | undefined {
  const [latitude, longitude] = [form.number('Latitude'), form.number('Longitude')]
  if (latitude === undefined || longitude === undefined) return undefined
  return {
    kind: 'location',
    latitude,
    longitude,
    ...present({ name: form.get('Label'), address: form.get('Address') }),
  }
}

type FileContent = Extract<InboundContent, { kind: MediaKind }>

/** `MediaUrl0`, `MediaContentType0`, … An address stands for the file until it is deleted at Twilio. */
function filesOf(form: Form): readonly FileContent[] {
  const count = Math.min(form.number('NumMedia') ?? 0, MAX_FILES)
  return Array.from({ length: Math.max(0, Math.floor(count)) }, (_, index) => fileOf(form, index)).filter(
    (file) => file !== undefined,
  )
}

function fileOf(form: Form, index: number): FileContent | undefined {
  const ref = form.get(`MediaUrl${index}`)
  if (ref === undefined) return undefined
  const mimeType = form.get(`MediaContentType${index}`) ?? 'application/octet-stream'
  const sticker = form.get('MessageType') === 'sticker'
  return { kind: sticker ? 'sticker' : kindOf(mimeType), media: { mimeType, ref } }
}

export function kindOf(mimeType: string): MediaKind {
  const [family] = mimeType.toLowerCase().split('/', 1)
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document'
}
