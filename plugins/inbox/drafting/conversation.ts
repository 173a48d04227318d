import {
  type Author,
  type ConversationChanged,
  type ConversationStatus,
  conversationChanged,
  newId,
} from '@parley/core'
import type { ConversationRecord, Holder } from '../models/conversation.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { InboxDraft } from './inbox-draft.ts'

type Change = ConversationChanged['change']

/** A new conversation in the thread. Its fence goes on where the last one's stood, so that an old lease fits nowhere. */
export function openConversation(
  draft: InboxDraft,
  thread: ThreadRecord,
  at: Date,
  status: ConversationStatus = 'open',
): ConversationRecord {
  const before = draft.current(thread)
  const conversation: ConversationRecord = {
    id: newId(),
    threadId: thread.id,
    connectionId: thread.connectionId,
    channel: thread.channel,
    contactId: thread.contactId,
    status,
    snoozedUntil: null,
    assigneeId: null,
    holder: 'none',
    fence: before === undefined ? 0 : before.fence + 1,
    unreadCount: 0,
    lastMessage: null,
    lastMessageAt: at,
    openedAt: draft.now,
    resolvedAt: null,
  }
  draft.conversations.set(conversation.id, conversation)
  draft.newConversations.add(conversation.id)
  thread.conversationId = conversation.id
  announce(draft, thread, conversation, 'opened')
  return conversation
}

/** Changes the conversation's state and says so; the same state again is no change. */
export function changeStatus(
  draft: InboxDraft,
  conversation: ConversationRecord,
  status: ConversationRecord['status'],
  options: { readonly by?: Author; readonly snoozedUntil?: Date; readonly expired?: boolean } = {},
): void {
  const snoozedUntil = status === 'snoozed' ? (options.snoozedUntil ?? null) : null
  if (conversation.status === status && conversation.snoozedUntil?.getTime() === snoozedUntil?.getTime()) return
  conversation.resolvedAt = status === 'resolved' ? draft.now : null
  if (status === 'resolved') passHold(conversation, 'none')
  conversation.status = status
  conversation.snoozedUntil = snoozedUntil
  changed(draft, conversation, options.expired ? 'expired' : 'status', options.by)
}

/** Gives the conversation into other hands; the fence makes sure that whoever had it before notices. */
export function changeHolder(draft: InboxDraft, conversation: ConversationRecord, holder: Holder, by?: Author): void {
  if (conversation.holder === holder) return
  passHold(conversation, holder)
  changed(draft, conversation, 'holder', by)
}

function passHold(conversation: ConversationRecord, holder: Holder): void {
  if (conversation.holder === holder) return
  conversation.holder = holder
  conversation.fence += 1
}

export function changeAssignee(
  draft: InboxDraft,
  conversation: ConversationRecord,
  assigneeId: string | null,
  by?: Author,
): void {
  if (conversation.assigneeId === assigneeId) return
  conversation.assigneeId = assigneeId
  changed(draft, conversation, 'assignee', by)
}

/** Marks the conversation for writing, raises its thread's revision, and announces the change. */
export function changed(
  draft: InboxDraft,
  conversation: ConversationRecord,
  change: Change,
  by?: Author,
  extra: { readonly labels?: readonly string[]; readonly noteId?: string } = {},
): void {
  const thread = draft.threads.get(conversation.threadId)
  if (thread === undefined) return
  if (!draft.newConversations.has(conversation.id)) draft.dirtyConversations.add(conversation.id)
  announce(draft, thread, conversation, change, by, extra)
}

function announce(
  draft: InboxDraft,
  thread: ThreadRecord,
  conversation: ConversationRecord,
  change: Change,
  by?: Author,
  extra: object = {},
): void {
  draft.revise(thread)
  const data: ConversationChanged = {
    conversationId: conversation.id,
    threadId: thread.id,
    contactId: conversation.contactId,
    connectionId: thread.connectionId,
    channel: thread.channel,
    change,
    status: conversation.status,
    ...(change === 'assignee' ? { assigneeId: conversation.assigneeId } : {}),
    ...(by === undefined ? {} : { by }),
    ...extra,
  }
  draft.publish({ type: conversationChanged, key: thread.id, data })
}
