import {
  channelAccountChanged,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelStatusChanged,
  channelUnknownReceived,
  channelWatermarkMoved,
  type EventType,
} from '@parley/core'
import Joi from 'joi'

/** What a remote may tell, by its name on the wire. There is nothing else that it can put into the log. */
export const EVENT_TYPES = {
  'message.received': channelMessageReceived,
  'message.echoed': channelMessageEchoed,
  'message.edited': channelMessageEdited,
  'message.revoked': channelMessageRevoked,
  'status.changed': channelStatusChanged,
  'watermark.moved': channelWatermarkMoved,
  'preference.changed': channelPreferenceChanged,
  'account.changed': channelAccountChanged,
  'unknown.received': channelUnknownReceived,
} as const satisfies Record<string, EventType>

export type RemoteEventType = keyof typeof EVENT_TYPES

/** An event on the wire: what the log's own event holds, without what only we can say, and with what finds its place. */
export interface RemoteEvent {
  /** Of the fact: the same when it is told again. */
  readonly id: string
  readonly type: RemoteEventType
  readonly account: string
  readonly occurredAt: string
  readonly [field: string]: unknown
}

/** Which connection it was, and which channel, follows from where it came in: a remote cannot say it. */
const OURS = ['connectionId', 'channel']

/** The log's own schemas, so that what is taken here is never refused there. */
export const EVENT_SCHEMAS: Readonly<Record<RemoteEventType, Joi.ObjectSchema<RemoteEvent>>> = Object.fromEntries(
  Object.entries(EVENT_TYPES).map(([type, event]) => [type, onTheWire(type, event.schema)]),
) as Record<RemoteEventType, Joi.ObjectSchema<RemoteEvent>>

export function isEventType(type: unknown): type is RemoteEventType {
  return typeof type === 'string' && Object.hasOwn(EVENT_TYPES, type)
}

function onTheWire(type: string, schema: Joi.ObjectSchema): Joi.ObjectSchema {
  return schema
    .fork(OURS, () => Joi.any().forbidden())
    .keys({
      id: Joi.string().min(1).max(200).required().description('Of the fact: the same when it is told again.'),
      type: Joi.valid(type).required(),
      account: Joi.string().min(1).max(320).required().description('The account as the remote names it.'),
    })
}
