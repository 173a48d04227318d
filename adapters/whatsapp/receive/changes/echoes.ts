import {
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageRevoked,
  type InboundContent,
  type Sender,
} from '@parley/core'
import { externalIdOf } from '../../../meta/clipped.ts'
import { asRecord, asText, type Json } from '../../../meta/json.ts'
import { laneOf, type Reading } from '../../../meta/reading.ts'
import { senderOf } from '../person.ts'
import { CHANNEL, known, type Place, timeOf, unknown } from '../place.ts'
import { contentOf } from './messages.ts'

const KNOWN_FIELDS = new Set([
  'id',
  'from',
  'to',
  'to_user_id',
  'to_parent_user_id',
  'timestamp',
  'type',
  'context',
  'errors',
])

/**
 * One element of `message_echoes[]`: what the business wrote, changed or took back in the WhatsApp Business app (a number in
 * coexistence). The person named in the event is the customer, whose thread it belongs to.
 */
export function readEcho(raw: unknown, place: Place): Reading {
  const echo = asRecord(raw)
  const id = externalIdOf(echo?.id)
  const type = asText(echo?.type)
  const recipient = echo === undefined ? undefined : recipientOf(echo, place)
  if (echo === undefined || id === undefined || type === undefined || recipient === undefined)
    return unknown(place, 'echo:malformed', raw)
  const change = asRecord(echo[type])
  const original = asText(change?.original_message_id)
  const identity = recipient.identities[0]
  const about = { dedupeKey: `echo:${id}`, identity, timestamp: echo.timestamp }
  if (type === 'revoke' && original !== undefined) return revoked(echo, id, original, recipient, place)
  const edited = asRecord(change?.message)
  const content = type === 'edit' ? contentOf(asText(edited?.type) ?? '', edited ?? {}) : contentOf(type, echo)
  if (content === undefined) return unknown(place, `echo:${type}`, raw, about)
  if (type !== 'edit') return echoed(echo, id, content, recipient, place)
  return original === undefined
    ? unknown(place, 'echo:edit', raw, about)
    : rewritten(echo, id, original, content, recipient, place)
}

function echoed(echo: Json, id: string, content: InboundContent, recipient: Sender, place: Place): Reading {
  place.unknownFields.note('message_echoes', echo, KNOWN_FIELDS, asText(echo.type))
  const occurredAt = timeOf(place, echo.timestamp)
  return known(place, `echo:${id}`, (connectionId) => ({
    type: channelMessageEchoed,
    key: laneOf(connectionId, recipient.identities[0]),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId: id, recipient, content },
  }))
}

function rewritten(
  echo: Json,
  id: string,
  externalId: string,
  content: InboundContent,
  sender: Sender,
  place: Place,
): Reading {
  const occurredAt = timeOf(place, echo.timestamp)
  return known(place, `echo:${id}`, (connectionId) => ({
    type: channelMessageEdited,
    key: laneOf(connectionId, sender.identities[0]),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId, sender, content },
  }))
}

function revoked(echo: Json, id: string, externalId: string, sender: Sender, place: Place): Reading {
  const occurredAt = timeOf(place, echo.timestamp)
  return known(place, `echo:${id}`, (connectionId) => ({
    type: channelMessageRevoked,
    key: laneOf(connectionId, sender.identities[0]),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId, sender },
  }))
}

function recipientOf(echo: Json, place: Place): Sender | undefined {
  const ids = {
    phone: asText(echo.to),
    userId: asText(echo.to_user_id),
    parentUserId: asText(echo.to_parent_user_id),
  }
  return senderOf(ids, place.book, place.wabaId)
}
