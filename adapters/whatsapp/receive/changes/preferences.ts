import { channelPreferenceChanged } from '@parley/core'
import { asRecord, asText } from '../../../meta/json.ts'
import { laneOf, type Reading } from '../../../meta/reading.ts'
import { senderOf } from '../person.ts'
import { CHANNEL, known, type Place, timeOf, unknown } from '../place.ts'

const WISHES: ReadonlyMap<string, 'stop' | 'resume'> = new Map([
  ['stop', 'stop'],
  ['resume', 'resume'],
  // Asked for marketing through a sign-up link.
  ['signup', 'resume'],
])

/** One element of `user_preferences[]`: the customer used WhatsApp's own switch for marketing messages. Treat `stop` as STOP. */
export function readPreference(raw: unknown, place: Place): Reading {
  const fields = asRecord(raw)
  const value = asText(fields?.value) ?? 'missing'
  const wish = WISHES.get(value)
  const ids = {
    phone: asText(fields?.wa_id),
    userId: asText(fields?.user_id),
    parentUserId: asText(fields?.parent_user_id),
  }
  const sender = fields === undefined ? undefined : senderOf(ids, place.book, place.wabaId)
  const identity = sender?.identities[0]
  if (fields === undefined || sender === undefined || wish === undefined)
    return unknown(place, `user-preference:${value}`, raw, { identity, timestamp: fields?.timestamp })
  const category = asText(fields.category) ?? 'missing'
  const purpose = category === 'marketing_messages' ? 'marketing' : 'all'
  const occurredAt = timeOf(place, fields.timestamp)
  const dedupeKey = `preference:${identity?.value}:${category}:${value}:${asText(fields.timestamp)}`
  return known(place, dedupeKey, (connectionId) => ({
    type: channelPreferenceChanged,
    key: laneOf(connectionId, identity),
    data: { connectionId, channel: CHANNEL, occurredAt, sender, purpose, wish },
  }))
}
