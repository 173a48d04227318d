import {
  type InboundContent,
  type MailAttachment,
  type MessageChanged,
  type MessageReceived,
  type MessageRef,
  messageChanged,
  messageQueued,
  messageReceived,
  type NewEvent,
  newId,
  type OutboundContent,
} from '@parley/core'
import type { Applied } from '../domain/apply-change.ts'
import { filesOf } from '../domain/files.ts'
import { preview } from '../domain/preview.ts'
import { attachmentPending } from '../media/events.ts'
import type { ConversationRecord } from '../models/conversation.ts'
import type { MessageRecord } from '../models/message.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { InboxDraft } from './inbox-draft.ts'

export type NewMessage = Pick<MessageRecord, 'direction' | 'content' | 'text' | 'status'> &
  Partial<
    Pick<MessageRecord, 'private' | 'externalId' | 'replyTo' | 'replyToExternal' | 'author' | 'extra' | 'occurredAt'>
  >

/** Stores a message at the end of its thread, and makes it the last one that the conversation shows, unless it is a note. */
export function appendMessage(
  draft: InboxDraft,
  thread: ThreadRecord,
  conversation: ConversationRecord,
  message: NewMessage,
): MessageRecord {
  const record: MessageRecord = {
    private: false,
    externalId: null,
    replyTo: null,
    replyToExternal: null,
    author: null,
    extra: null,
    occurredAt: draft.now,
    ...message,
    id: newId(),
    threadId: thread.id,
    conversationId: conversation.id,
    connectionId: thread.connectionId,
    seq: thread.nextSeq,
    revision: draft.revise(thread),
    kind: message.content.kind,
    error: null,
    reactions: null,
    history: null,
    createdAt: draft.now,
  }
  thread.nextSeq += 1
  draft.messages.set(record.id, record)
  draft.newMessages.add(record.id)
  attach(draft, record)
  if (!record.private) showLast(draft, conversation, record)
  return record
}

function showLast(draft: InboxDraft, conversation: ConversationRecord, record: MessageRecord): void {
  const { id, direction, kind, text } = record
  conversation.lastMessage = { id, direction, kind, preview: preview(text) }
  if (draft.now > conversation.lastMessageAt) conversation.lastMessageAt = draft.now
  if (!draft.newConversations.has(conversation.id)) draft.dirtyConversations.add(conversation.id)
}

/** Each file gets a row of its own, so that its fetching has a state that can be seen. */
function attach(draft: InboxDraft, message: MessageRecord): void {
  for (const file of filesOf(message.content)) {
    if ('link' in file && file.link !== undefined) continue
    attachOne(draft, message, { ...file, mimeType: file.mimeType ?? 'application/octet-stream' })
  }
}

function attachOne(draft: InboxDraft, message: MessageRecord, media: MailAttachment): void {
  const { id: messageId, threadId, connectionId } = message
  const { objectKey = null } = media
  const state = objectKey === null ? 'pending' : 'stored'
  const id = newId()
  draft.attachments.push({ id, messageId, state, media, objectKey, detail: null })
  if (state === 'stored') return
  const data = { attachmentId: id, messageId, threadId, connectionId, media }
  draft.publish({ type: attachmentPending, key: id, data }, messageId)
}

/** What is published about a customer's message. */
export function receivedEvent(
  draft: InboxDraft,
  message: MessageRecord,
  about: Pick<MessageReceived, 'opensConversation' | 'answered'>,
): MessageReceived | undefined {
  const ref = refOf(draft, message)
  if (ref === undefined) return undefined
  const occurredAt = message.occurredAt.toISOString()
  const data = { ...ref, content: message.content as InboundContent, occurredAt, ...about }
  draft.publish({ type: messageReceived, key: message.threadId, data }, message.id)
  return data
}

export function announceQueued(draft: InboxDraft, message: MessageRecord): void {
  const { author } = message
  if (author === null) return
  announce(draft, message, (ref) => ({
    type: messageQueued,
    key: message.threadId,
    data: { ...ref, content: message.content as OutboundContent, author },
  }))
}

/** Changes a stored message, raises the thread's revision, and says what changed. */
export function changeMessage(
  draft: InboxDraft,
  message: MessageRecord,
  { change, fields, reason }: Pick<Applied, 'fields' | 'reason'> & { change: MessageChanged['change'] },
): void {
  const thread = draft.threads.get(message.threadId)
  if (thread === undefined) return
  Object.assign(message, fields, { revision: draft.revise(thread) })
  showChange(draft, message, change)
  if (draft.newMessages.has(message.id)) return
  draft.dirtyMessages.add(message.id)
  announce(draft, message, (ref) => ({
    type: messageChanged,
    key: message.threadId,
    data: {
      ...ref,
      change,
      status: message.status,
      ...(message.externalId === null ? {} : { externalId: message.externalId }),
      ...(reason === undefined ? {} : { reason }),
    },
  }))
}

/** What agents should notice also marks the conversation; that a message was delivered or read does not. */
function showChange(draft: InboxDraft, message: MessageRecord, change: MessageChanged['change']): void {
  if (change === 'status' && message.status !== 'failed' && message.status !== 'unknown') return
  const conversation = draft.conversations.get(message.conversationId)
  if (conversation === undefined) {
    draft.touchedConversations.add(message.conversationId)
    return
  }
  const { lastMessage } = conversation
  if (lastMessage?.id === message.id) conversation.lastMessage = { ...lastMessage, preview: preview(message.text) }
  if (!draft.newConversations.has(conversation.id)) draft.dirtyConversations.add(conversation.id)
}

function announce<T>(draft: InboxDraft, message: MessageRecord, make: (ref: MessageRef) => NewEvent<T>): void {
  const ref = refOf(draft, message)
  if (ref !== undefined) draft.publish(make(ref), message.id)
}

function refOf(draft: InboxDraft, message: MessageRecord): MessageRef | undefined {
  const thread = draft.threads.get(message.threadId)
  if (thread === undefined) return undefined
  return {
    messageId: message.id,
    conversationId: message.conversationId,
    threadId: message.threadId,
    contactId: thread.contactId,
    connectionId: message.connectionId,
    channel: thread.channel,
    seq: message.seq,
  }
}
