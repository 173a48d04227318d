import {
  type ChannelPreferenceChanged,
  type ChannelStatusChanged,
  channelPreferenceChanged,
  channelStatusChanged,
  channelUnknownReceived,
  type NewEvent,
} from '@parley/core'
import { emailIdentity, laneOf } from '../../mail/events/place.ts'
import { readOwnId } from '../../mail/own-id.ts'
import { MESSAGE_ARG } from '../payload.ts'
import { isKnown, textIn, timeOf, type VendorEvent } from './event.ts'
import { statusOf } from './status.ts'
import { wishOf } from './wish.ts'

/** One thing that an event means; `what` and the event's id make it unique. */
export interface EventFact {
  readonly what: 'status' | 'preference' | 'unknown'
  toEvent(connectionId: string): NewEvent
}

/**
 * What became of the mail, and what the person wishes. A mail to somebody has copies, and each recipient has events of their
 * own: the conversation is with the one in To, whom our Message-ID names, and what becomes of copies is kept as unknown.
 */
export function factsOf(event: VendorEvent, receivedAt: Date): readonly EventFact[] {
  const messageId = textIn(event, MESSAGE_ARG)
  const own = readOwnId(messageId)
  const email = textIn(event, 'email')
  const known = isKnown(event) && own !== undefined && email !== ''
  if (!known) return [unknown(event, receivedAt, textIn(event, 'event') || 'event')]
  const status = statusOf(event)
  const wish = wishOf(event)
  const from = { channel: 'sendgrid', occurredAt: timeOf(event, receivedAt) }
  const sent = { externalId: messageId, recipient: emailIdentity(email), correlationId: own.correlationId }
  const facts: EventFact[] = []
  if (status !== undefined)
    facts.push({
      what: 'status',
      toEvent: (connectionId) => {
        if (!own.isBetween(connectionId, email)) return unknown(event, receivedAt, 'copy').toEvent(connectionId)
        const data: ChannelStatusChanged = { connectionId, ...from, ...sent, ...status }
        return { type: channelStatusChanged, key: laneOf(connectionId, email), data }
      },
    })
  if (wish !== undefined)
    facts.push({
      what: 'preference',
      toEvent: (connectionId) => {
        if (!own.isBetween(connectionId, email)) return unknown(event, receivedAt, 'copy').toEvent(connectionId)
        const data: ChannelPreferenceChanged = {
          ...{ connectionId, ...from, ...wish },
          sender: { identities: [emailIdentity(email)] },
        }
        return { type: channelPreferenceChanged, key: laneOf(connectionId, email), data }
      },
    })
  return facts
}

function unknown(event: VendorEvent, receivedAt: Date, vendorKind: string): EventFact {
  return {
    what: 'unknown',
    toEvent: (connectionId) => ({
      type: channelUnknownReceived,
      key: laneOf(connectionId, textIn(event, 'email') || undefined),
      data: { connectionId, channel: 'sendgrid', occurredAt: timeOf(event, receivedAt), vendorKind, raw: event },
    }),
  }
}
