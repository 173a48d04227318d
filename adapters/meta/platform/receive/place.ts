import type { Identity, NewEvent, Sender } from '@parley/core'
import { fingerprint } from '../../fingerprint.ts'
import { asRecord, asText, clip, type Json } from '../../json.ts'
import { knownReading, laneOf, type Reading, unknownReading } from '../../reading.ts'
import { vendorTime } from '../../timestamp.ts'
import type { UnknownFields } from '../../unknown-fields.ts'
import type { PlatformProduct } from '../product.ts'

const MAX_VALUE = 320
const MAX_SCOPE = 120

/** What an entry says about all of its elements. */
export interface Entry {
  readonly product: PlatformProduct
  /** `entry.id`: the page, or the professional account. */
  readonly account: string
  readonly entryTime: Date | undefined
  readonly receivedAt: Date
  readonly unknownFields: UnknownFields
}

/** Where in a payload we are: one element of `messaging[]` or `standby[]`. */
export interface Place extends Entry {
  readonly element: Json
  /** The app heard it without being in control of the conversation. */
  readonly standby: boolean
  /** True when the account itself acted: an echo, an edit of its own. */
  readonly own: boolean
  /** The customer, whoever acted. */
  readonly person: Sender | undefined
  /** ISO 8601 UTC: the element's own time, else the entry's, else when we received it. */
  readonly occurredAt: string
}

export function placeOf(entry: Entry, element: Json, standby: boolean): Place {
  const sender = asText(asRecord(element.sender)?.id)
  const recipient = asText(asRecord(element.recipient)?.id)
  const own = asRecord(element.message)?.is_echo === true || (sender !== undefined && sender === entry.account)
  const id = own ? recipient : sender
  return {
    ...entry,
    element,
    standby,
    own,
    person: id === undefined || id === entry.account ? undefined : { identities: [identityOf(entry, id)] },
    occurredAt: (vendorTime(element.timestamp) ?? entry.entryTime ?? entry.receivedAt).toISOString(),
  }
}

export function identityOf({ product, account }: Entry, id: string): Identity {
  return { kind: product.identityKind, scope: clip(account, MAX_SCOPE), value: clip(id, MAX_VALUE) }
}

/** What all events of an element share. */
export function about(place: Place, connectionId: string) {
  return { connectionId, channel: place.product.channel, occurredAt: place.occurredAt }
}

export function laneIn(place: Place, connectionId: string): string {
  return laneOf(connectionId, place.person?.identities[0])
}

export function known(place: Place, fact: string, toEvent: (connectionId: string) => NewEvent): Reading {
  return knownReading(place.account, fact, toEvent)
}

/** Kept whole, so that a newer adapter can read it again. Without an id of its own, its JSON stands for it. */
export function unknown(place: Place, vendorKind: string, dedupeKey?: string): Reading {
  return unknownReading({
    channel: place.product.channel,
    account: place.account,
    vendorKind,
    raw: place.element,
    dedupeKey: dedupeKey ?? `unknown:${fingerprint(vendorKind, place.element)}`,
    identity: place.person?.identities[0],
    occurredAt: place.occurredAt,
  })
}

/** Something in an entry that is no element of a person's conversation. */
export function unknownInEntry(entry: Entry, vendorKind: string, raw: unknown): Reading {
  return unknownReading({
    channel: entry.product.channel,
    account: entry.account,
    vendorKind,
    raw,
    dedupeKey: `unknown:${fingerprint(vendorKind, raw, entry.entryTime)}`,
    identity: undefined,
    occurredAt: (entry.entryTime ?? entry.receivedAt).toISOString(),
  })
}
