import {
  type ChannelPreferenceChanged,
  type ChannelStatusChanged,
  channelPreferenceChanged,
  channelStatusChanged,
  channelUnknownReceived,
  type NewEvent,
} from '@parley/core'
import { emailIdentity, laneOf } from '../../mail/events/place.ts'
import { ownMessageId } from '../../mail/own-id.ts'
import { type MailArrived, mailArrived } from '../inbound/mail-arrived.ts'
import { addressesIn, messageOf, textAt, timeOf, type VendorEvent } from './event.ts'
import { isStop, statusOf } from './status.ts'

/** One thing that an event means; `what` and the call's id make it unique. */
export interface EventFact {
  readonly what: 'status' | 'preference' | 'arrival' | 'unknown'
  toEvent(connectionId: string): NewEvent
}

export function isKnown(event: VendorEvent): boolean {
  return event.type === 'email.received' || (statusOf(event) !== undefined && messageOf(event) !== undefined)
}

/** What became of the mail to the person in To, and whether they are to be written to at all. */
export function factsOf(event: VendorEvent, receivedAt: Date): readonly EventFact[] {
  const status = statusOf(event)
  const correlationId = messageOf(event)
  const [to] = addressesIn(event, 'to')
  const [from] = addressesIn(event, 'from')
  if (status === undefined || correlationId === undefined || to === undefined || from === undefined)
    return [unknownFact(event, receivedAt)]
  const about = { channel: 'resend', occurredAt: timeOf(event, receivedAt) }
  const domain = from.split('@').at(-1) ?? ''
  const statusFact: EventFact = {
    what: 'status',
    toEvent: (connectionId) => {
      const externalId = ownMessageId({ correlationId, connectionId, to, domain })
      const sent = { externalId, correlationId, recipient: emailIdentity(to) }
      const data: ChannelStatusChanged = { connectionId, ...about, ...sent, ...status }
      return { type: channelStatusChanged, key: laneOf(connectionId, to), data }
    },
  }
  const stopFact: EventFact = {
    what: 'preference',
    toEvent: (connectionId) => {
      const sender = { identities: [emailIdentity(to)] }
      const data: ChannelPreferenceChanged = { connectionId, ...about, sender, purpose: 'all', wish: 'stop' }
      return { type: channelPreferenceChanged, key: laneOf(connectionId, to), data }
    },
  }
  return isStop(event) ? [statusFact, stopFact] : [statusFact]
}

/** The webhook holds no words of the mail: they are fetched afterwards. */
export function arrivalFact(event: VendorEvent, receivedAt: Date): EventFact {
  const emailId = textAt(event, 'email_id')
  if (emailId === '') return unknownFact(event, receivedAt)
  return {
    what: 'arrival',
    toEvent: (connectionId) => {
      const data: MailArrived = { connectionId, emailId, occurredAt: timeOf(event, receivedAt) }
      return { type: mailArrived, key: laneOf(connectionId, addressesIn(event, 'from')[0]), data }
    },
  }
}

function unknownFact(event: VendorEvent, receivedAt: Date): EventFact {
  return {
    what: 'unknown',
    toEvent: (connectionId) => ({
      type: channelUnknownReceived,
      key: connectionId,
      data: {
        connectionId,
        channel: 'resend',
        occurredAt: timeOf(event, receivedAt),
        vendorKind: event.type,
        raw: event,
      },
    }),
  }
}
