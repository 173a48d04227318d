import { CONVERSATION_STATUSES, identitySchema, MESSAGE_STATUSES, OUTBOUND_KINDS } from '@parley/core'
import Joi from 'joi'

export const uuid = Joi.string().uuid()
const time = Joi.string().isoDate()
const record = Joi.object().unknown(true)

export const labelName = Joi.string()
  .pattern(/^\S(.*\S)?$/u, 'no spaces around it')
  .max(100)

export const idParams = Joi.object<{ id: string }>({ id: uuid.required() })

export const attachmentSchema = Joi.object({
  id: uuid.required(),
  state: Joi.valid('pending', 'stored', 'gone', 'too-large', 'failed', 'deleted').required(),
  mimeType: Joi.string().required(),
  fileName: Joi.string().allow(''),
  bytes: Joi.number().integer(),
  contentId: Joi.string().description('Of a mail: the HTML shows it where it says `cid:<contentId>`.'),
  inline: Joi.boolean().description('Of a mail: meant to be seen within the text, not beside it.'),
  detail: Joi.string().allow(''),
  url: Joi.string().description('Where to read it, once it is stored.'),
}).label('Attachment')

export const authorSchema = Joi.object({
  kind: Joi.valid('agent', 'bot', 'native-app', 'system').required(),
  id: Joi.string().required(),
  name: Joi.string().allow(''),
}).label('Author')

export const messageSchema = Joi.object({
  id: uuid.required(),
  conversationId: uuid.required(),
  threadId: uuid.required(),
  seq: Joi.number().integer().required(),
  revision: Joi.number().integer().required(),
  direction: Joi.valid('in', 'out').required(),
  kind: Joi.string().required(),
  private: Joi.boolean().required().description('A note among agents: never sent.'),
  text: Joi.string().allow('').required(),
  content: record.required(),
  status: Joi.valid(...MESSAGE_STATUSES).required(),
  externalId: Joi.string().allow(null).required(),
  replyTo: uuid.allow(null).required(),
  author: authorSchema.allow(null).required(),
  error: record.allow(null).required(),
  reactions: Joi.array().items(record).required(),
  edited: time.allow(null).required(),
  revoked: time.allow(null).required(),
  deleted: time.allow(null).required(),
  attachments: Joi.array().items(attachmentSchema).required(),
  occurredAt: time.required(),
  createdAt: time.required(),
}).label('Message')

export const conversationSchema = Joi.object({
  id: uuid.required(),
  threadId: uuid.required(),
  connectionId: uuid.required(),
  channel: Joi.string().required(),
  contact: Joi.object({ id: uuid.required(), name: Joi.string().allow('').required() }).required(),
  status: Joi.valid(...CONVERSATION_STATUSES).required(),
  snoozedUntil: time.allow(null).required(),
  assigneeId: Joi.string().allow(null).required(),
  holder: Joi.valid('none', 'bot', 'human').required(),
  fence: Joi.number().integer().required(),
  labels: Joi.array().items(Joi.string()).required(),
  unreadCount: Joi.number().integer().required().description('That nobody of the team has read.'),
  myUnreadCount: Joi.number()
    .integer()
    .max(100)
    .required()
    .description('That the caller has not read; 100 stands for more.'),
  lastMessage: record.allow(null).required(),
  lastMessageAt: time.required(),
  openedAt: time.required(),
  resolvedAt: time.allow(null).required(),
}).label('Conversation')

export const sendabilitySchema = Joi.object({
  open: Joi.boolean().required(),
  opener: Joi.valid('message', 'referral', null).required(),
  expiresAt: time.allow(null).required(),
  allowed: Joi.array()
    .items(Joi.valid(...OUTBOUND_KINDS))
    .required(),
  maxTextLength: Joi.number().integer().allow(null).required(),
  humanUntil: Joi.string()
    .isoDate()
    .allow(null)
    .required()
    .description('Until when people alone may still write after the window.'),
  reasons: Joi.array().items(Joi.string()).required(),
  detail: Joi.string().allow(null).required().description('The first reason in words.'),
}).label('Sendability')

export const conversationDetailSchema = conversationSchema
  .keys({
    address: identitySchema.required(),
    revision: Joi.number().integer().required().description("The thread's counter of changes."),
    sendability: sendabilitySchema.required(),
  })
  .label('ConversationDetail')
