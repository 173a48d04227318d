import { clipped } from '../../../meta/clipped.ts'
import { asRecord, asText, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/**
 * WhatsApp tells about the person: `{ type: 'user_changed_number' | 'user_changed_user_id' | 'customer_identity_changed', body, wa_id?,
 * new_wa_id?, user_id?, … }`; an `identity` beside it when their key changed.
 */
export const readSystem: KindReader = (body, message) => {
  const fields = asRecord(body)
  const event = asText(fields?.type)
  if (fields === undefined || event === undefined) return undefined
  const { body: text, type: _event, ...data } = fields
  const identity = asRecord(message.identity)
  return { kind: 'system', event, data: { ...data, ...present({ identity }) }, ...present({ text: clipped(text) }) }
}

/** The customer opened an empty chat with us for the first time. Carries nothing. */
export const readWelcome: KindReader = () => ({ kind: 'system', event: 'request_welcome' })
