import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'
import { type Identity, identitySchema, type Sender, senderSchema } from '../content/identity.ts'
import { type InboundContent, inboundContentSchema } from '../content/inbound.ts'

/** Topic `channel`: what adapters heard. Key: `<connectionId>/<identityKey of the first identity>`, one lane a person. */
const topic = 'channel'

interface FromChannel {
  readonly connectionId: string
  /** The adapter's provider key: `whatsapp`. */
  readonly channel: string
  /** The vendor's time, ISO 8601 UTC. */
  readonly occurredAt: string
}

const from = {
  connectionId: Joi.string().uuid().required(),
  channel: Joi.string().required(),
  occurredAt: Joi.string().isoDate().required(),
}
const externalId = Joi.string().max(512).required()
const record = Joi.object().unknown(true)

export interface ChannelMessageReceived extends FromChannel {
  readonly externalId: string
  readonly sender: Sender
  readonly content: InboundContent
  /** External id of the message this one quotes. */
  readonly replyTo?: string
  /** How the customer came: an ad, a link. Opens a longer window on some channels. */
  readonly referral?: Readonly<Record<string, unknown>>
  readonly forwarded?: boolean
  /** What else the vendor said about the message. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export const channelMessageReceived = defineEvent<ChannelMessageReceived>({
  type: 'channel.message.received.v1',
  topic,
  summary: 'A customer wrote on a channel.',
  schema: Joi.object({
    ...from,
    externalId,
    sender: senderSchema.required(),
    content: inboundContentSchema.required(),
    replyTo: Joi.string().max(512),
    referral: record,
    forwarded: Joi.boolean(),
    extra: record,
  }),
  personal: ['sender', 'content', 'referral', 'extra'],
  identifying: ['externalId', 'replyTo'],
})

/** The business answered from elsewhere (the vendor's own app); `correlationId` is ours when it was our own send. */
export interface ChannelMessageEchoed extends FromChannel {
  readonly externalId: string
  readonly recipient: Sender
  readonly content: InboundContent
  readonly correlationId?: string
}

export const channelMessageEchoed = defineEvent<ChannelMessageEchoed>({
  type: 'channel.message.echoed.v1',
  topic,
  summary: 'The business sent a message, seen by the vendor: from its native app, or as the echo of our own send.',
  schema: Joi.object({
    ...from,
    externalId,
    recipient: senderSchema.required(),
    content: inboundContentSchema.required(),
    correlationId: Joi.string(),
  }),
  personal: ['recipient', 'content'],
  identifying: ['externalId'],
})

export interface ChannelMessageEdited extends FromChannel {
  readonly externalId: string
  readonly sender: Sender
  readonly content: InboundContent
}

export const channelMessageEdited = defineEvent<ChannelMessageEdited>({
  type: 'channel.message.edited.v1',
  topic,
  summary: 'A customer changed a message after sending it.',
  schema: Joi.object({
    ...from,
    externalId,
    sender: senderSchema.required(),
    content: inboundContentSchema.required(),
  }),
  personal: ['sender', 'content'],
  identifying: ['externalId'],
})

export interface ChannelMessageRevoked extends FromChannel {
  readonly externalId: string
  readonly sender: Sender
}

export const channelMessageRevoked = defineEvent<ChannelMessageRevoked>({
  type: 'channel.message.revoked.v1',
  topic,
  summary: 'A customer took a message back.',
  schema: Joi.object({ ...from, externalId, sender: senderSchema.required() }),
  personal: ['sender'],
  identifying: ['externalId'],
})

/** A lattice: a later state never gives way to an earlier one. `failed` is final and only reached from `queued`, `sent`. */
export const DELIVERY_STATUSES = ['sent', 'delivered', 'read', 'played', 'failed'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

export interface VendorError {
  readonly code: string
  readonly title: string
  readonly detail?: string
}

export interface ChannelStatusChanged extends FromChannel {
  readonly externalId: string
  readonly status: DeliveryStatus
  readonly recipient?: Identity
  /** What we gave the vendor with the send, handed back: the message id. */
  readonly correlationId?: string
  readonly errors?: readonly VendorError[]
  readonly pricing?: Readonly<Record<string, unknown>>
  readonly extra?: Readonly<Record<string, unknown>>
}

export const channelStatusChanged = defineEvent<ChannelStatusChanged>({
  type: 'channel.status.changed.v1',
  topic,
  summary: 'The vendor told what became of a message we sent.',
  schema: Joi.object({
    ...from,
    externalId,
    status: Joi.valid(...DELIVERY_STATUSES).required(),
    recipient: identitySchema,
    correlationId: Joi.string(),
    errors: Joi.array().items(
      Joi.object({
        code: Joi.string().required(),
        title: Joi.string().allow('').required(),
        detail: Joi.string().allow(''),
      }),
    ),
    pricing: record,
    extra: record,
  }),
  personal: ['recipient'],
  identifying: ['externalId', 'errors', 'extra'],
})

/** Some vendors tell of no single message: everything that was sent up to a time was delivered, or read. */
export interface ChannelWatermarkMoved extends FromChannel {
  readonly sender: Sender
  readonly status: 'delivered' | 'read'
  /** ISO 8601 UTC, by the vendor's clock. */
  readonly upTo: string
}

export const channelWatermarkMoved = defineEvent<ChannelWatermarkMoved>({
  type: 'channel.watermark.moved.v1',
  topic,
  summary: 'A customer got, or read, everything that was sent up to a time.',
  schema: Joi.object({
    ...from,
    sender: senderSchema.required(),
    status: Joi.valid('delivered', 'read').required(),
    upTo: Joi.string().isoDate().required(),
  }),
  personal: ['sender'],
})

/** Wishes about being written to, expressed on the channel itself. */
export interface ChannelPreferenceChanged extends FromChannel {
  readonly sender: Sender
  readonly purpose: 'marketing' | 'all'
  readonly wish: 'stop' | 'resume'
}

export const channelPreferenceChanged = defineEvent<ChannelPreferenceChanged>({
  type: 'channel.preference.changed.v1',
  topic,
  summary: 'A customer asked the channel to stop or resume messages.',
  schema: Joi.object({
    ...from,
    sender: senderSchema.required(),
    purpose: Joi.valid('marketing', 'all').required(),
    wish: Joi.valid('stop', 'resume').required(),
  }),
  personal: ['sender'],
})

/** News about the account itself: quality, limits, bans, a template's approval. Key: `<connectionId>`. */
export interface ChannelAccountChanged extends FromChannel {
  /** `template-status`, `account-update`, `phone-quality`, … as the adapter names it. */
  readonly change: string
  readonly detail: Readonly<Record<string, unknown>>
}

export const channelAccountChanged = defineEvent<ChannelAccountChanged>({
  type: 'channel.account.changed.v1',
  topic,
  summary: 'The vendor changed something about the connected account or its templates.',
  schema: Joi.object({ ...from, change: Joi.string().required(), detail: record.required() }),
})

/** A kind of webhook element that the adapter does not know. Kept whole, so that a newer adapter can replay it. */
export interface ChannelUnknownReceived extends FromChannel {
  readonly vendorKind: string
  readonly raw: unknown
}

export const channelUnknownReceived = defineEvent<ChannelUnknownReceived>({
  type: 'channel.unknown.received.v1',
  topic,
  summary: 'The vendor sent something the adapter does not know; stored and counted.',
  schema: Joi.object({ ...from, vendorKind: Joi.string().required(), raw: Joi.any().required() }),
  personal: ['raw'],
})
