import { createHash } from 'node:crypto'
import { channelUnknownReceived, type Identity, type InboundItem, identityKey, type NewEvent } from '@parley/core'
import type { TwilioChannel } from '../product.ts'
import { handedBack } from '../status-callback.ts'
import type { Form } from './form.ts'

/** What every element of one call shares. */
export interface Place {
  readonly form: Form
  readonly query: Readonly<Record<string, string>>
  readonly accountSid: string
  /** Whose element it is: `externalId` or alias of a connection. */
  readonly account: string
  /** ISO 8601 UTC. Twilio's webhooks carry no time. */
  readonly occurredAt: string
}

export interface Reading {
  readonly item: InboundItem
  readonly unknown: boolean
}

/** One lane per (connection, person). */
export function laneOf(connectionId: string, identity: Identity | undefined): string {
  return identity === undefined ? connectionId : `${connectionId}/${identityKey(identity)}`
}

export function known(place: Place, fact: string, toEvent: (connectionId: string) => NewEvent): Reading {
  const { account } = place
  return {
    unknown: false,
    item: { account, dedupeKey: fact, toEvent: (connection) => toEvent(connection.id) as NewEvent<never> },
  }
}

/** Kept whole, so that a newer adapter can read it again. */
export function unknown(place: Place, vendorKind: string, channel: TwilioChannel, identity?: Identity): Reading {
  const { form, occurredAt } = place
  const sid = form.get('MessageSid') ?? form.get('SmsSid')
  const raw = form.record
  const print = createHash('sha256').update(JSON.stringify(raw)).digest('base64url')
  const reading = known(place, `unknown:${sid ?? print}:${vendorKind}`.slice(0, 600), (connectionId) => ({
    type: channelUnknownReceived,
    key: laneOf(connectionId, identity),
    data: { connectionId, channel, occurredAt, vendorKind: vendorKind.slice(0, 200), raw },
  }))
  return { ...reading, unknown: true }
}

/**
 * The address Twilio was told to call may name the connection (`?account=`), as every StatusCallback of ours does. Otherwise
 * a WhatsApp sender is itself; a Messaging Service stands for all its numbers; a number stands for itself.
 */
export function accountOf(form: Form, query: Readonly<Record<string, string>>, ours: string): string {
  const named = handedBack(query).account
  if (named !== undefined) return named
  return ours.startsWith('whatsapp:') ? ours : (form.get('MessagingServiceSid') ?? ours)
}
