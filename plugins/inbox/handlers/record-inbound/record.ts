import {
  type ChannelMessageEchoed,
  type ChannelMessageReceived,
  type ChannelWatermarkMoved,
  textOf,
} from '@parley/core'
import { isAutomatic } from '../../domain/automatic.ts'
import { arrive } from '../../domain/conversation.ts'
import { openWindow } from '../../domain/window.ts'
import { changeHolder, changeStatus, openConversation } from '../../drafting/conversation.ts'
import { appendMessage, receivedEvent } from '../../drafting/message.ts'
import { applyWatermarks, moveWatermark } from '../../drafting/watermarks.ts'
import type { ConversationRecord } from '../../models/conversation.ts'
import type { ThreadRecord } from '../../models/thread.ts'
import type { InboundBatch } from './batch.ts'
import { addressOf, correlationOf, type Inbound } from './wanted.ts'

/** Drafts what one event changes. Events of a person come in order, and each sees what the ones before it did. */
export function record(batch: InboundBatch, inbound: Inbound): void {
  const { kind, data } = inbound
  const target = 'externalId' in data ? { connectionId: data.connectionId, externalId: data.externalId } : undefined
  if (kind === 'message') recordMessage(batch, data)
  else if (kind === 'echo') recordEcho(batch, data, correlationOf(inbound))
  else if (kind === 'preference') recordPreference(batch, inbound)
  else if (kind === 'watermark') recordWatermark(batch, data)
  else if (target === undefined) return
  else if (kind === 'status')
    batch.applyOrPark(
      target,
      {
        kind: 'status',
        status: data.status,
        by: 'status',
        externalId: data.externalId,
        at: data.occurredAt,
        ...(data.errors === undefined ? {} : { errors: data.errors }),
        ...(data.pricing === undefined ? {} : { pricing: data.pricing }),
      },
      correlationOf(inbound),
    )
  else if (kind === 'edited') batch.applyOrPark(target, { kind: 'edited', content: data.content, at: data.occurredAt })
  else batch.applyOrPark(target, { kind: 'revoked', at: data.occurredAt })
}

function recordMessage(batch: InboundBatch, data: ChannelMessageReceived): void {
  const { connectionId, externalId, content } = data
  const thread = batch.thread(connectionId, addressOf(data.sender).identityKey)
  if (thread === undefined || batch.idOf({ connectionId, externalId }) !== undefined) return
  widenWindow(batch, thread, data)
  if (content.kind === 'reaction') {
    const change = { kind: 'reaction', by: 'customer', emoji: content.emoji, at: data.occurredAt } as const
    batch.applyOrPark({ connectionId, externalId: content.target }, change)
    return
  }
  const { conversation, opened } = conversationFor(batch, thread, isAutomatic(content))
  const { referral, forwarded, extra } = data
  const about = { ...(referral && { referral }), ...(forwarded && { forwarded }), ...(extra && { extra }) }
  const quoted = data.replyTo === undefined ? undefined : batch.idOf({ connectionId, externalId: data.replyTo })
  const message = appendMessage(batch.draft, thread, conversation, {
    direction: 'in',
    content,
    text: textOf(content),
    status: 'received',
    externalId,
    replyTo: quoted ?? null,
    replyToExternal: data.replyTo ?? null,
    extra: Object.keys(about).length === 0 ? null : about,
    occurredAt: new Date(data.occurredAt),
  })
  conversation.unreadCount += 1
  batch.arrived(message, externalId)
  const answered = batch.answer === undefined ? {} : { answered: true }
  const received = receivedEvent(batch.draft, message, { opensConversation: opened, ...answered })
  if (received !== undefined) batch.answer?.(thread, conversation, received)
}

function widenWindow(batch: InboundBatch, thread: ThreadRecord, data: ChannelMessageReceived): void {
  const occurredAt = new Date(data.occurredAt)
  const current = { opener: thread.windowOpener, expiresAt: thread.windowExpiresAt }
  const window = openWindow(current, batch.capabilities(data.channel), {
    occurredAt,
    ...(data.referral === undefined ? {} : { referral: data.referral }),
  })
  if (thread.customerAt === null || thread.customerAt < occurredAt) {
    thread.customerAt = occurredAt
    batch.draft.dirtyThreads.add(thread.id)
  }
  if (window === current) return
  thread.windowOpener = window.opener
  thread.windowExpiresAt = window.expiresAt
  batch.draft.dirtyThreads.add(thread.id)
}

/** The conversation that a customer's message belongs to; an idle one is closed and a new one opened. */
function conversationFor(
  { draft, times }: InboundBatch,
  thread: ThreadRecord,
  automatic: boolean,
): { conversation: ConversationRecord; opened: boolean } {
  const current = draft.current(thread)
  const arrival = arrive(current, times, draft.now, automatic)
  if (arrival.conversation === 'same' && current !== undefined) {
    if (arrival.status !== current.status) changeStatus(draft, current, arrival.status)
    return { conversation: current, opened: false }
  }
  if (current !== undefined && arrival.conversation === 'new' && arrival.expired)
    changeStatus(draft, current, 'resolved', { expired: true })
  return { conversation: openConversation(draft, thread, draft.now, arrival.status), opened: true }
}

/**
 * The business wrote from elsewhere. The echo of our own send only proves it; anything else is somebody at the vendor's
 * own app: stored once, and the conversation is in human hands.
 */
function recordEcho(batch: InboundBatch, data: ChannelMessageEchoed, ownId: string | undefined): void {
  const { connectionId, externalId, content, occurredAt } = data
  const ref = { connectionId, externalId }
  if (ownId !== undefined && batch.draft.messages.has(ownId)) {
    batch.applyOrPark(ref, { kind: 'status', status: 'sent', by: 'echo', externalId, at: occurredAt }, ownId)
    return
  }
  const thread = batch.thread(connectionId, addressOf(data.recipient).identityKey)
  if (thread === undefined || batch.idOf(ref) !== undefined) return
  if (content.kind === 'reaction') {
    const change = { kind: 'reaction', by: 'business', emoji: content.emoji, at: occurredAt } as const
    batch.applyOrPark({ connectionId, externalId: content.target }, change)
    return
  }
  const author = { kind: 'native-app', id: data.channel } as const
  const conversation = batch.draft.current(thread) ?? openConversation(batch.draft, thread, batch.draft.now)
  const takesHold = conversation.status !== 'resolved' && conversation.holder !== 'human'
  const message = appendMessage(batch.draft, thread, conversation, {
    direction: 'out',
    content,
    text: textOf(content),
    status: 'sent',
    externalId,
    author,
    extra: takesHold ? { heldBefore: conversation.holder } : null,
    occurredAt: new Date(occurredAt),
  })
  batch.arrived(message, externalId)
  if (takesHold) changeHolder(batch.draft, conversation, 'human', author)
}

/** Everything sent up to a time was delivered, or read. What is still under way learns it when its outcome is recorded. */
function recordWatermark(batch: InboundBatch, data: ChannelWatermarkMoved): void {
  const thread = batch.thread(data.connectionId, addressOf(data.sender).identityKey)
  if (thread === undefined || !moveWatermark(thread, data.status, new Date(data.upTo))) return
  batch.draft.dirtyThreads.add(thread.id)
  for (const { id, sentAt } of batch.awaiting(thread.id)) {
    const message = batch.draft.messages.get(id)
    if (message !== undefined) applyWatermarks(batch.draft, thread, message, sentAt)
  }
}

function recordPreference(batch: InboundBatch, inbound: Inbound): void {
  if (inbound.kind !== 'preference') return
  const { connectionId, sender, purpose, wish, occurredAt } = inbound.data
  const thread = batch.thread(connectionId, addressOf(sender).identityKey)
  if (thread === undefined) return
  thread.consent = { ...thread.consent, [purpose]: wish, at: { ...thread.consent.at, [purpose]: occurredAt } }
  batch.draft.revise(thread)
}
