import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'
import { type InboundContent, inboundContentSchema } from '../content/inbound.ts'
import { type OutboundContent, outboundContentSchema } from '../content/outbound.ts'

/** Topic `inbox`: what happened in conversations. Key: the thread's id (one person on one connection). */
const topic = 'inbox'
const uuid = Joi.string().uuid().required()

/** Shared by all events about one message. */
export interface MessageRef {
  readonly messageId: string
  readonly conversationId: string
  readonly threadId: string
  readonly contactId: string
  readonly connectionId: string
  readonly channel: string
  /** Place in the thread, from 1; grows with every message. */
  readonly seq: number
}

const ref = {
  messageId: uuid,
  conversationId: uuid,
  threadId: uuid,
  contactId: uuid,
  connectionId: uuid,
  channel: Joi.string().required(),
  seq: Joi.number().integer().min(1).required(),
}

export interface MessageReceived extends MessageRef {
  readonly content: InboundContent
  readonly occurredAt: string
  /** True for the first message of its conversation. */
  readonly opensConversation: boolean
  /** True when automatic answers were decided while it was stored: nobody need think about one again. */
  readonly answered?: boolean
}

export const messageReceived = defineEvent<MessageReceived>({
  type: 'message.received.v1',
  topic,
  summary: "A customer's message was stored in its conversation.",
  schema: Joi.object({
    ...ref,
    content: inboundContentSchema.required(),
    occurredAt: Joi.string().isoDate().required(),
    opensConversation: Joi.boolean().required(),
    answered: Joi.boolean(),
  }),
  personal: ['content'],
})

/** Who speaks for the tenant. */
export interface Author {
  readonly kind: 'agent' | 'bot' | 'native-app' | 'system'
  readonly id: string
  readonly name?: string
}

export interface MessageQueued extends MessageRef {
  readonly content: OutboundContent
  readonly author: Author
}

export const messageQueued = defineEvent<MessageQueued>({
  type: 'message.queued.v1',
  topic,
  summary: 'A message to a customer was accepted and waits to be sent.',
  schema: Joi.object({
    ...ref,
    content: outboundContentSchema.required(),
    author: Joi.object({
      kind: Joi.valid('agent', 'bot', 'native-app', 'system').required(),
      id: Joi.string().required(),
      name: Joi.string().allow(''),
    }).required(),
  }),
  personal: ['content'],
})

/** `queued` → `sending` → `sent` → `delivered` → `read` → `played`; `failed` and `unknown` (sent or not, nobody can tell yet) aside. */
export const MESSAGE_STATUSES = [
  'received',
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
  'cancelled',
] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

export interface MessageChanged extends MessageRef {
  /** What changed: its delivery, its words, a reaction to it, its files. */
  readonly change: 'status' | 'edited' | 'revoked' | 'reaction' | 'media'
  readonly status: MessageStatus
  readonly externalId?: string
  readonly reason?: string
}

export const messageChanged = defineEvent<MessageChanged>({
  type: 'message.changed.v1',
  topic,
  summary: 'A stored message changed: its delivery status, its words, a reaction, its files.',
  schema: Joi.object({
    ...ref,
    change: Joi.valid('status', 'edited', 'revoked', 'reaction', 'media').required(),
    status: Joi.valid(...MESSAGE_STATUSES).required(),
    externalId: Joi.string(),
    reason: Joi.string(),
  }),
  identifying: ['externalId'],
})

export const CONVERSATION_STATUSES = ['open', 'pending', 'snoozed', 'resolved'] as const
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number]

export interface ConversationChanged {
  readonly conversationId: string
  readonly threadId: string
  readonly contactId: string
  readonly connectionId: string
  readonly channel: string
  readonly change: 'opened' | 'status' | 'assignee' | 'labels' | 'holder' | 'note' | 'expired' | 'read'
  readonly status: ConversationStatus
  readonly assigneeId?: string | null
  readonly labels?: readonly string[]
  readonly noteId?: string
  readonly by?: Author
}

export const conversationChanged = defineEvent<ConversationChanged>({
  type: 'conversation.changed.v1',
  topic,
  summary: 'A conversation was opened, or its state, assignee, labels, holder, notes or unread count changed.',
  schema: Joi.object({
    conversationId: uuid,
    threadId: uuid,
    contactId: uuid,
    connectionId: uuid,
    channel: Joi.string().required(),
    change: Joi.valid('opened', 'status', 'assignee', 'labels', 'holder', 'note', 'expired', 'read').required(),
    status: Joi.valid(...CONVERSATION_STATUSES).required(),
    assigneeId: Joi.string().allow(null),
    labels: Joi.array().items(Joi.string()),
    noteId: Joi.string().uuid(),
    by: Joi.object({ kind: Joi.string().required(), id: Joi.string().required(), name: Joi.string().allow('') }),
  }),
})
