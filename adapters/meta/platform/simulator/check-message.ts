import { asList, asRecord, asText, type Json } from '../../json.ts'
import type { PlatformProduct } from '../product.ts'
import { type Refusal, refusal } from './graph-refusal.ts'
import type { PlatformState } from './state.ts'

const TYPES = new Set(['image', 'video', 'audio', 'file', 'template'])
const ACTIONS = new Set(['mark_seen', 'typing_on', 'typing_off', 'react', 'unreact'])
const MAX_METADATA = 1000

/** Meta's rules for the body of a send, window and person aside. `undefined` when it is right. */
export function checkMessage(product: PlatformProduct, body: Json, state: PlatformState): Refusal | undefined {
  if (asText(asRecord(body.recipient)?.id) === undefined) return invalid('The parameter recipient is required')
  const message = asRecord(body.message)
  const action = asText(body.sender_action)
  if ((message === undefined) === (action === undefined))
    return invalid('Exactly one of message and sender_action must be given')
  if (action !== undefined) return checkAction(action, body)
  return checkType(body) ?? checkContent(product, message ?? {}, state)
}

function checkType(body: Json): Refusal | undefined {
  const type = asText(body.messaging_type)
  if (type === 'MESSAGE_TAG')
    return body.tag === 'HUMAN_AGENT' ? undefined : invalid('The message tag is no longer supported')
  return type === 'RESPONSE' || type === 'UPDATE' ? undefined : invalid('messaging_type is required')
}

function checkAction(action: string, body: Json): Refusal | undefined {
  if (!ACTIONS.has(action)) return invalid('sender_action must be one of the known actions')
  if (action !== 'react' && action !== 'unreact') return undefined
  const payload = asRecord(body.payload)
  if (asText(payload?.message_id) === undefined) return invalid('payload.message_id is required')
  return action === 'unreact' || payload?.reaction === 'love' ? undefined : invalid('reaction must be love')
}

function checkContent(product: PlatformProduct, message: Json, state: PlatformState): Refusal | undefined {
  const text = asText(message.text)
  const attachment = asRecord(message.attachment)
  if ((text === undefined) === (attachment === undefined))
    return invalid('Exactly one of text and attachment is required')
  const metadata = asText(message.metadata) ?? ''
  if (metadata.length >= MAX_METADATA) return invalid('Length of param message[metadata] must be less than 1000')
  if (attachment !== undefined) return checkAttachment(product, attachment, state)
  const long = product.object === 'page' ? [...(text ?? '')].length > 2000 : Buffer.byteLength(text ?? '') > 1000
  if (long) return invalid('Length of param message[text] is too long')
  const replies = asList(message.quick_replies).map(asRecord)
  if (replies.length > 13) return invalid('At most 13 quick replies are allowed')
  for (const reply of replies) {
    const title = asText(reply?.title)
    if (reply?.content_type !== 'text' || title === undefined || asText(reply.payload) === undefined)
      return invalid('quick_replies: content_type, title and payload are required')
    if ([...title].length > 20) return invalid('quick_replies: title is too long')
  }
  return undefined
}

function checkAttachment(product: PlatformProduct, attachment: Json, state: PlatformState): Refusal | undefined {
  const type = asText(attachment.type) ?? ''
  const payload = asRecord(attachment.payload)
  if (!TYPES.has(type) || payload === undefined) return invalid('attachment.type and attachment.payload are required')
  if (type === 'template') return checkTemplate(product, payload, state)
  const url = asText(payload.url)
  const id = asText(payload.attachment_id)
  if ((url === undefined) === (id === undefined)) return invalid('Exactly one of url and attachment_id is required')
  if (url !== undefined) return /^https?:\/\//.test(url) ? undefined : invalid('url must be an address')
  return state.uploads.has(id ?? '') ? undefined : refusal(100, 'Invalid attachment id', 2018074)
}

function checkTemplate(product: PlatformProduct, payload: Json, state: PlatformState): Refusal | undefined {
  const elements = asList(payload.elements).map((one) => asRecord(one) ?? {})
  switch (payload.template_type) {
    case 'button':
      if ([...(asText(payload.text) ?? '')].length > 640) return invalid('text is too long')
      return asText(payload.text) === undefined ? invalid('text is required') : checkButtons(payload.buttons, 1)
    case 'generic':
      if (elements.length < 1 || elements.length > 10) return invalid('elements must have 1 to 10 items')
      return elements.map(checkElement).find((found) => found !== undefined)
    case 'media':
      if (product.object !== 'page') return invalid('template_type media is not supported')
      if (elements.length !== 1) return invalid('elements must have 1 item')
      if (!state.uploads.has(asText(elements[0]?.attachment_id) ?? '')) return invalid('attachment_id is not known')
      return checkButtons(elements[0]?.buttons, 0)
    default:
      return invalid('template_type must be one of button, generic, media')
  }
}

function checkElement(element: Json): Refusal | undefined {
  const title = asText(element.title)
  if (title === undefined || [...title].length > 80) return invalid('title is required, of at most 80 characters')
  if ([...(asText(element.subtitle) ?? '')].length > 80) return invalid('subtitle is too long')
  if (Object.keys(element).length === 1) return invalid('an element needs more than its title')
  return checkButtons(element.buttons, 0)
}

function checkButtons(raw: unknown, least: number): Refusal | undefined {
  const buttons = asList(raw).map(asRecord)
  if (buttons.length < least || buttons.length > 3) return invalid('buttons must have at most 3 items')
  for (const button of buttons) {
    const title = asText(button?.title)
    if (title === undefined || [...title].length > 20) return invalid('a button needs a title of at most 20 characters')
    const works =
      (button?.type === 'postback' && asText(button.payload) !== undefined) ||
      (button?.type === 'web_url' && asText(button.url) !== undefined)
    if (!works) return invalid('a button is a postback with a payload, or a web_url with a url')
  }
  return undefined
}

function invalid(details: string): Refusal {
  return refusal(100, details)
}
