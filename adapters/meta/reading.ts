import { channelUnknownReceived, type Identity, type InboundItem, identityKey, type NewEvent } from '@parley/core'
import { fingerprint } from './fingerprint.ts'
import { clip } from './json.ts'

/** Far above any real id; a longer one would not fit into a database index. */
const MAX_DEDUPE_KEY = 600

/** An item of a webhook, and whether its kind was unknown. */
export interface Reading {
  readonly item: InboundItem
  readonly unknown: boolean
}

/** One lane per (connection, person); what concerns no person goes in the connection's own lane. */
export function laneOf(connectionId: string, identity: Identity | undefined): string {
  return identity === undefined ? connectionId : `${connectionId}/${identityKey(identity)}`
}

/** `fact` names what happened within the account: redelivered, it is the same. */
export function knownReading(account: string, fact: string, toEvent: (connectionId: string) => NewEvent): Reading {
  const dedupeKey = fact.length > MAX_DEDUPE_KEY ? `long:${fingerprint(fact)}` : fact
  return {
    unknown: false,
    item: { account, dedupeKey, toEvent: (connection) => toEvent(connection.id) as NewEvent<never> },
  }
}

/** Kept whole, so that a newer adapter can read it again. */
export function unknownReading(fact: {
  readonly channel: string
  readonly account: string
  readonly vendorKind: string
  readonly raw: unknown
  readonly dedupeKey: string
  readonly identity: Identity | undefined
  /** ISO 8601 UTC. */
  readonly occurredAt: string
}): Reading {
  const { channel, raw, occurredAt } = fact
  const vendorKind = clip(fact.vendorKind, 200)
  const reading = knownReading(fact.account, fact.dedupeKey, (connectionId) => ({
    type: channelUnknownReceived,
    key: laneOf(connectionId, fact.identity),
    data: { connectionId, channel, occurredAt, vendorKind, raw },
  }))
  return { ...reading, unknown: true }
}
