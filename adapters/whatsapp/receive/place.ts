import type { Identity, NewEvent } from '@parley/core'
import { fingerprint } from '../../meta/fingerprint.ts'
import { asRecord, asText, type Json } from '../../meta/json.ts'
import { knownReading, type Reading, unknownReading } from '../../meta/reading.ts'
import { vendorTime } from '../../meta/timestamp.ts'
import type { UnknownFields } from '../../meta/unknown-fields.ts'
import { ContactBook } from './person.ts'

export const CHANNEL = 'whatsapp'

/** The routing id of news about a whole business account; a connection carries it among its aliases. */
export function wabaAlias(wabaId: string): string {
  return `waba:${wabaId}`
}

/** Where in a payload we are: everything about a change that its elements share. */
export interface Place {
  readonly wabaId: string
  /** `metadata.phone_number_id`; empty for WABA-level news. */
  readonly phoneNumberId: string
  readonly field: string
  readonly value: Json
  readonly book: ContactBook
  /** `entry.time`; WABA-level news always has one. */
  readonly entryTime: Date | undefined
  readonly receivedAt: Date
  readonly unknownFields: UnknownFields
}

export function placeOf(
  field: string,
  value: Json,
  entry: Pick<Place, 'wabaId' | 'entryTime' | 'receivedAt' | 'unknownFields'>,
): Place {
  const phoneNumberId = asText(asRecord(value.metadata)?.phone_number_id) ?? ''
  return { ...entry, field, value, phoneNumberId, book: new ContactBook(value) }
}

/** The number's own id where the change names one, else its business account's alias. */
export function accountOf(place: Place): string {
  return place.phoneNumberId === '' ? wabaAlias(place.wabaId) : place.phoneNumberId
}

/** ISO 8601, in UTC: the element's own time, else the entry's, else when we received it. */
export function timeOf(place: Place, timestamp: unknown): string {
  return (vendorTime(timestamp) ?? place.entryTime ?? place.receivedAt).toISOString()
}

export function known(place: Place, fact: string, toEvent: (connectionId: string) => NewEvent): Reading {
  return knownReading(accountOf(place), fact, toEvent)
}

/** Kept whole, so that a newer adapter can read it again. */
export function unknown(
  place: Place,
  vendorKind: string,
  raw: unknown,
  about: { dedupeKey?: string; identity?: Identity | undefined; timestamp?: unknown } = {},
): Reading {
  return unknownReading({
    channel: CHANNEL,
    account: accountOf(place),
    vendorKind,
    raw,
    dedupeKey: about.dedupeKey ?? `unknown:${fingerprint(vendorKind, raw, place.entryTime)}`,
    identity: about.identity,
    occurredAt: timeOf(place, about.timestamp),
  })
}
