import {
  channelStatusChanged,
  DELIVERY_STATUSES,
  type DeliveryStatus,
  type Identity,
  type VendorError,
} from '@parley/core'
import { externalIdOf } from '../../../meta/clipped.ts'
import { asList, asRecord, asText, type Json, present } from '../../../meta/json.ts'
import { laneOf, type Reading } from '../../../meta/reading.ts'
import { groupIdentity, identityOf } from '../person.ts'
import { CHANNEL, known, type Place, timeOf, unknown } from '../place.ts'

const KNOWN_FIELDS = new Set([
  'id',
  'status',
  'timestamp',
  'type',
  'recipient_id',
  'recipient_user_id',
  'recipient_parent_user_id',
  'recipient_type',
  'recipient_participant_id',
  'recipient_participant_user_id',
  'recipient_participant_parent_user_id',
  'biz_opaque_callback_data',
  'conversation',
  'pricing',
  'errors',
])

/** One element of `statuses[]`: what became of a message of ours. In a group, each participant's reading is one. */
export function readStatus(raw: unknown, place: Place): Reading {
  const fields = asRecord(raw)
  const externalId = externalIdOf(fields?.id)
  if (fields === undefined || externalId === undefined) return unknown(place, 'status:malformed', raw)
  const recipient = recipientOf(fields, place)
  const name = asText(fields.status) ?? 'missing'
  const participant = asText(fields.recipient_participant_id) ?? asText(fields.recipient_participant_user_id)
  const fact = [externalId, name, asText(fields.timestamp), participant].filter((part) => part !== undefined)
  const dedupeKey = `status:${fact.join(':')}`
  const status = DELIVERY_STATUSES.find((candidate) => candidate === name)
  if (status === undefined)
    return unknown(place, `status:${name}`, raw, { dedupeKey, identity: recipient, timestamp: fields.timestamp })
  return statusItem(fields, { externalId, status, recipient, participant, dedupeKey }, place)
}

interface Facts {
  readonly externalId: string
  readonly status: DeliveryStatus
  readonly recipient: Identity | undefined
  readonly participant: string | undefined
  readonly dedupeKey: string
}

function statusItem(fields: Json, facts: Facts, place: Place): Reading {
  const { externalId, status, recipient } = facts
  const occurredAt = timeOf(place, fields.timestamp)
  const errors = errorsOf(fields.errors)
  const details = present({
    recipient,
    correlationId: asText(fields.biz_opaque_callback_data),
    errors: errors.length === 0 ? undefined : errors,
    pricing: asRecord(fields.pricing),
    extra: extraOf(fields, facts.participant, place),
  })
  return known(place, facts.dedupeKey, (connectionId) => ({
    type: channelStatusChanged,
    key: laneOf(connectionId, recipient),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId, status, ...details },
  }))
}

/** `errors[]` of a status or a change: `{ code, title, message, error_data: { details } }`; titles without a code are kept. */
export function errorsOf(value: unknown): readonly VendorError[] {
  return asList(value).flatMap((element) => {
    const error = asRecord(element)
    if (error === undefined) return []
    const detail = asText(asRecord(error.error_data)?.details) ?? asText(error.details) ?? asText(error.message)
    const title = asText(error.title) ?? asText(error.message) ?? ''
    return [{ code: asText(error.code) ?? 'unknown', title, ...(detail === undefined ? {} : { detail }) }]
  })
}

function recipientOf(fields: Json, place: Place): Identity | undefined {
  const id = asText(fields.recipient_id) ?? asText(fields.recipient_user_id)
  if (id === undefined) return undefined
  return fields.recipient_type === 'group' ? groupIdentity(id, place.phoneNumberId) : identityOf(id, place.wabaId)
}

function extraOf(fields: Json, participant: string | undefined, place: Place): Json | undefined {
  const extra = present({
    conversation: asRecord(fields.conversation),
    recipientUserId: asText(fields.recipient_user_id),
    participant: participant === undefined ? undefined : identityOf(participant, place.wabaId),
    unknownFields: place.unknownFields.note('statuses', fields, KNOWN_FIELDS),
  })
  return Object.keys(extra).length === 0 ? undefined : extra
}
