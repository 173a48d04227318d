import { MEDIA_KINDS, type MediaKind, type OutboundContent } from '@parley/core'
import type { TwilioProduct } from '../product.ts'
import { contentSidOf, variablesOf } from './template.ts'

/** The part of a send that depends on its content, in the SDK's names. */
export interface MessageFields {
  readonly body?: string
  readonly mediaUrl?: string[]
  readonly persistentAction?: string[]
  readonly contentSid?: string
  readonly contentVariables?: string
}

export type Message =
  | { readonly ok: true; readonly fields: MessageFields }
  | { readonly ok: false; readonly code: string; readonly detail: string }

export type MediaContent = Extract<OutboundContent, { kind: MediaKind }>

export function isMedia(content: OutboundContent): content is MediaContent {
  return MEDIA_KINDS.some((kind) => kind === content.kind)
}

/** `mediaUrl`: where Twilio fetches the file of a content that has one. */
export function messageOf(product: TwilioProduct, content: OutboundContent, mediaUrl: string | undefined): Message {
  const { title, sends, maxTextLength, maxCaptionLength } = product.capabilities
  if (!sends.includes(content.kind)) return refused('no-kind', `${title} sends no messages of kind "${content.kind}"`)
  if (isMedia(content)) {
    if (content.text !== undefined && product.channel === 'twilio-whatsapp' && UNCAPTIONED.has(content.kind))
      return refused('no-caption', `${title} shows no words beside a file of kind "${content.kind}"`)
    const files = mediaUrl === undefined ? {} : { mediaUrl: [mediaUrl] }
    const words = content.text === undefined ? {} : { body: content.text }
    return tooLong('caption', content.text, maxCaptionLength) ?? { ok: true, fields: { ...files, ...words } }
  }
  if (content.kind === 'text')
    return tooLong('text', content.text, maxTextLength) ?? { ok: true, fields: { body: content.text } }
  if (content.kind === 'location') return { ok: true, fields: locationOf(content) }
  if (content.kind !== 'template') return refused('no-kind', `${title} sends no messages of kind "${content.kind}"`)
  const contentSid = contentSidOf(content)
  if (contentSid === undefined)
    return refused(
      'no-content-sid',
      'a content template is named by its SID (HX…), or filled from the list of templates',
    )
  const contentVariables = variablesOf(content)
  return { ok: true, fields: { contentSid, ...(contentVariables === undefined ? {} : { contentVariables }) } }
}

/** Twilio sends these to WhatsApp without the message's body. */
const UNCAPTIONED = new Set<string>(['audio', 'document'])

/** `geo:<latitude>,<longitude>|<label>`; the body is the place's name above it. */
function locationOf(content: Extract<OutboundContent, { kind: 'location' }>): MessageFields {
  const { latitude, longitude, name, address } = content
  const label = address ?? name
  const action = `geo:${latitude},${longitude}${label === undefined ? '' : `|${label}`}`
  return { body: name ?? address ?? `${latitude}, ${longitude}`, persistentAction: [action] }
}

/** Characters are counted as UTF-16 units would overcount emoji, so as code points. The text itself stays out of the detail. */
function tooLong(what: string, text: string | undefined, max: number): (Message & { ok: false }) | undefined {
  if (text === undefined || text.length <= max) return undefined
  const length = [...text].length
  return length <= max ? undefined : refused('too-long', `the ${what} has ${length} characters; Twilio takes ${max}`)
}

function refused(code: string, detail: string): Message & { ok: false } {
  return { ok: false, code, detail }
}
