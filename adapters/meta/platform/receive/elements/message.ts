import { channelMessageEchoed, channelMessageReceived, channelMessageRevoked, type Sender } from '@parley/core'
import { externalIdOf } from '../../../clipped.ts'
import { asRecord, asText, type Json, present } from '../../../json.ts'
import type { Reading } from '../../../reading.ts'
import { extraOf } from '../parts/extra.ts'
import { type MessagePart, partsOf } from '../parts/parts.ts'
import { about, known, laneIn, type Place, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

const KNOWN_FIELDS = new Set([
  'mid',
  'text',
  'attachments',
  'quick_reply',
  'reply_to',
  'referral',
  'is_echo',
  'is_deleted',
  'is_unsupported',
  'is_self',
  'app_id',
  'metadata',
  'seq',
  'nlp',
  'traits',
  'tags',
  'commands',
])

/** Files that one message can have (Instagram's documents, "Send a message": up to ten pictures). */
const MAX_PARTS = 10

/**
 * `{ mid, text?, attachments?, quick_reply?, reply_to?, referral?, is_echo?, is_deleted?, … }`: what a customer said, what the
 * business said (here or in Meta's own apps), or a message taken back. A message with several files becomes one each,
 * the first under its `mid` and the others under `<mid>#2` and so on.
 */
export const readMessage: ElementReader = (message, place) => {
  const mid = externalIdOf(message.mid)
  const person = place.person
  if (mid === undefined || person === undefined) return [unknown(place, 'message:malformed')]
  if (message.is_deleted === true) return revoked(mid, person, place)
  const extra = sharedExtra(message, place)
  return partsOf(message).map((part, index) =>
    place.own
      ? echoed(mid, index, part, person, message, place)
      : received(mid, index, part, person, message, extra, place),
  )
}

const idOfPart = (mid: string, index: number) => (index === 0 ? mid : `${mid}#${index + 1}`)

function received(
  mid: string,
  index: number,
  part: MessagePart,
  sender: Sender,
  message: Json,
  shared: Json,
  place: Place,
): Reading {
  const externalId = idOfPart(mid, index)
  const facts = present({
    replyTo: externalIdOf(asRecord(message.reply_to)?.mid),
    referral: index === 0 ? asRecord(message.referral) : undefined,
    extra: extraOf({ ...shared, ...part.extra }),
  })
  const reading = known(place, `message:${externalId}`, (connectionId) => ({
    type: channelMessageReceived,
    key: laneIn(place, connectionId),
    data: { ...about(place, connectionId), externalId, sender, content: part.content, ...facts },
  }))
  return { ...reading, unknown: part.unknown }
}

/** `metadata` is what our own send gave along: the message's id. Instagram's documents promise none. */
function echoed(
  mid: string,
  index: number,
  part: MessagePart,
  recipient: Sender,
  message: Json,
  place: Place,
): Reading {
  const externalId = idOfPart(mid, index)
  const correlation = index === 0 ? present({ correlationId: asText(message.metadata) }) : {}
  const reading = known(place, `echo:${externalId}`, (connectionId) => ({
    type: channelMessageEchoed,
    key: laneIn(place, connectionId),
    data: { ...about(place, connectionId), externalId, recipient, content: part.content, ...correlation },
  }))
  return { ...reading, unknown: part.unknown }
}

/** Nothing says how many files the message had: each that there can have been is taken back. */
function revoked(mid: string, sender: Sender, place: Place): readonly Reading[] {
  return Array.from({ length: MAX_PARTS }, (_, index) => {
    const externalId = idOfPart(mid, index)
    return known(place, `revoked:${externalId}`, (connectionId) => ({
      type: channelMessageRevoked,
      key: laneIn(place, connectionId),
      data: { ...about(place, connectionId), externalId, sender },
    }))
  })
}

function sharedExtra(message: Json, place: Place): Json {
  const replyTo = asRecord(message.reply_to)
  return present({
    storyReply: asRecord(replyTo?.story),
    standby: place.standby || undefined,
    unknownFields: place.unknownFields.note('message', message, KNOWN_FIELDS),
  })
}
