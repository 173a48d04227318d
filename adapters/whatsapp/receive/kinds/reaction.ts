import { asRecord, asText } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** `{ message_id, emoji? }`. An empty or absent emoji takes the reaction back; both forms are sent. */
export const readReaction: KindReader = (body) => {
  const fields = asRecord(body)
  const target = asText(fields?.message_id)
  return target === undefined ? undefined : { kind: 'reaction', emoji: asText(fields?.emoji) ?? null, target }
}
