import { asRecord, asText, type Json } from '../../meta/json.ts'
import { checkInteractive } from './check-interactive.ts'
import { type Refusal, refusal } from './graph-refusal.ts'

const MAX_CALLBACK_DATA = 512
const MAX_TEXT = 4096
const MAX_CAPTION = 1024
const MEDIA = new Set(['image', 'video', 'audio', 'document', 'sticker'])
const UNCAPTIONED = new Set(['audio', 'sticker'])

/** Meta's rules for the body of a send, template and window aside. `undefined` when it is right. */
export function checkMessage(message: Json): Refusal | undefined {
  if (message.messaging_product !== 'whatsapp') return missing('messaging_product')
  if (asText(message.to) === undefined && asText(message.recipient) === undefined) return missing('to')
  const data = message.biz_opaque_callback_data
  if (typeof data === 'string' && Buffer.byteLength(data) > MAX_CALLBACK_DATA)
    return invalid(`biz_opaque_callback_data must not be longer than ${MAX_CALLBACK_DATA} bytes`)
  const type = asText(message.type) ?? 'text'
  if (type === 'contacts') return Array.isArray(message.contacts) ? undefined : missing('contacts')
  const body = asRecord(message[type])
  if (body === undefined) return missing(type)
  if (MEDIA.has(type)) return checkMedia(type, body)
  return (
    CHECKS[type]?.(body) ??
    (type in CHECKS ? undefined : invalid(`Param type must be one of the known types, not ${type}`))
  )
}

const CHECKS: Readonly<Record<string, (body: Json) => Refusal | undefined>> = {
  text: (body) => {
    const text = asText(body.body)
    if (text === undefined) return missing('text.body')
    return tooLong('text.body', text, MAX_TEXT)
  },
  location: (body) => {
    if (typeof body.latitude !== 'number') return missing('location.latitude')
    return typeof body.longitude === 'number' ? undefined : missing('location.longitude')
  },
  reaction: (body) => {
    if (asText(body.message_id) === undefined) return missing('reaction.message_id')
    return typeof body.emoji === 'string' ? undefined : missing('reaction.emoji')
  },
  interactive: checkInteractive,
  template: (body) => {
    if (asText(body.name) === undefined) return missing('template.name')
    return asText(asRecord(body.language)?.code) === undefined ? missing('template.language.code') : undefined
  },
}

function checkMedia(type: string, body: Json): Refusal | undefined {
  const id = asText(body.id)
  const link = asText(body.link)
  if ((id === undefined) === (link === undefined))
    return invalid(`Exactly one of ${type}.id and ${type}.link must be given`)
  if (link !== undefined && !/^https?:\/\//.test(link)) return invalid(`${type}.link must be a URL`)
  if (body.caption !== undefined && UNCAPTIONED.has(type)) return invalid(`${type} takes no caption`)
  return tooLong(`${type}.caption`, asText(body.caption), MAX_CAPTION)
}

export function missing(parameter: string): Refusal {
  return refusal(131008, `The parameter ${parameter} is required.`)
}

export function invalid(details: string): Refusal {
  return refusal(131009, details)
}

export function tooLong(parameter: string, text: string | undefined, max: number): Refusal | undefined {
  if (text === undefined || text.length <= max || [...text].length <= max) return undefined
  return refusal(100, `Param ${parameter} must be at most ${max} characters long.`)
}
