import {
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  type InboundContent,
  type Sender,
} from '@parley/core'
import { externalIdOf } from '../../../meta/clipped.ts'
import { asRecord, asText, type Json, present } from '../../../meta/json.ts'
import { laneOf, type Reading } from '../../../meta/reading.ts'
import { KIND_READERS } from '../kinds/index.ts'
import { unreadable } from '../kinds/unsupported.ts'
import { groupIdentity, senderOf } from '../person.ts'
import { CHANNEL, known, type Place, timeOf, unknown } from '../place.ts'

const KNOWN_FIELDS = new Set([
  'id',
  'from',
  'from_user_id',
  'from_parent_user_id',
  'group_id',
  'timestamp',
  'type',
  'context',
  'referral',
  'errors',
  'identity',
])

/** One element of `messages[]`: what a customer said, changed or took back. */
export function readMessage(raw: unknown, place: Place): Reading {
  const message = asRecord(raw)
  const id = externalIdOf(message?.id)
  const type = asText(message?.type)
  const sender = message === undefined ? undefined : writerOf(message, place)
  if (message === undefined || id === undefined || type === undefined || sender === undefined)
    return unknown(place, 'message:malformed', raw)
  if (type === 'edit') return readEdit(message, id, sender, place)
  if (type === 'revoke') return readRevoke(message, id, sender, place)
  const content = contentOf(type, message)
  if (content === undefined) {
    const identity = sender.identities[0]
    return unknown(place, `message:${type}`, raw, {
      dedupeKey: `message:${id}`,
      identity,
      timestamp: message.timestamp,
    })
  }
  return received(message, id, type, sender, content, place)
}

/** `undefined` when the type is unknown. */
export function contentOf(type: string, message: Json): InboundContent | undefined {
  const reader = KIND_READERS.get(type)
  return reader === undefined ? undefined : (reader(message[type], message) ?? unreadable(type, message))
}

function received(
  message: Json,
  id: string,
  type: string,
  sender: Sender,
  content: InboundContent,
  place: Place,
): Reading {
  const context = asRecord(message.context)
  const occurredAt = timeOf(place, message.timestamp)
  const facts = present({
    replyTo: externalIdOf(context?.id),
    referral: asRecord(message.referral),
    forwarded: context?.forwarded === true || context?.frequently_forwarded === true ? true : undefined,
    extra: extraOf(message, type, context, place),
  })
  return known(place, `message:${id}`, (connectionId) => ({
    type: channelMessageReceived,
    key: laneOf(connectionId, sender.identities[0]),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId: id, sender, content, ...facts },
  }))
}

/** `edit: { original_message_id, message: { type, <type> } }` */
function readEdit(message: Json, id: string, sender: Sender, place: Place): Reading {
  const edit = asRecord(message.edit)
  const externalId = externalIdOf(edit?.original_message_id)
  const edited = asRecord(edit?.message)
  const type = asText(edited?.type)
  const identity = sender.identities[0]
  const about = { dedupeKey: `message:${id}`, identity, timestamp: message.timestamp }
  if (externalId === undefined || edited === undefined || type === undefined)
    return unknown(place, 'message:edit', message, about)
  const content = contentOf(type, edited)
  if (content === undefined) return unknown(place, `message:edit:${type}`, message, about)
  const occurredAt = timeOf(place, message.timestamp)
  return known(place, about.dedupeKey, (connectionId) => ({
    type: channelMessageEdited,
    key: laneOf(connectionId, identity),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId, sender, content },
  }))
}

/** `revoke: { original_message_id }` */
function readRevoke(message: Json, id: string, sender: Sender, place: Place): Reading {
  const externalId = externalIdOf(asRecord(message.revoke)?.original_message_id)
  const identity = sender.identities[0]
  const about = { dedupeKey: `message:${id}`, identity, timestamp: message.timestamp }
  if (externalId === undefined) return unknown(place, 'message:revoke', message, about)
  const occurredAt = timeOf(place, message.timestamp)
  return known(place, about.dedupeKey, (connectionId) => ({
    type: channelMessageRevoked,
    key: laneOf(connectionId, identity),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId, sender },
  }))
}

/** In a group the thread is the group; who of it wrote stands in `extra.participant`. */
function writerOf(message: Json, place: Place): Sender | undefined {
  const groupId = asText(message.group_id)
  return groupId === undefined
    ? personOf(message, place)
    : { identities: [groupIdentity(groupId, place.phoneNumberId)] }
}

function personOf(message: Json, place: Place): Sender | undefined {
  const ids = {
    phone: asText(message.from),
    userId: asText(message.from_user_id),
    parentUserId: asText(message.from_parent_user_id),
  }
  return senderOf(ids, place.book, place.wabaId)
}

function extraOf(message: Json, type: string, context: Json | undefined, place: Place): Json | undefined {
  const extra = present({
    unknownFields: place.unknownFields.note('messages', message, KNOWN_FIELDS, type),
    frequentlyForwarded: context?.frequently_forwarded === true ? true : undefined,
    referredProduct: asRecord(context?.referred_product),
    participant: asText(message.group_id) === undefined ? undefined : personOf(message, place),
  })
  return Object.keys(extra).length === 0 ? undefined : extra
}
