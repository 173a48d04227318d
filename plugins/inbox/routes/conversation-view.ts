import type { ContactDirectory, UnitOfWork } from '@parley/core'
import type { ConversationRecord } from '../models/conversation.ts'
import { labelsOf } from '../storage/labels.ts'
import { unreadOf } from '../storage/readers.ts'

/** Conversations as the API shows them to somebody: with the contact's name, the labels, and what they have not read. Three round trips. */
export async function viewConversations(
  uow: UnitOfWork,
  contacts: ContactDirectory,
  conversations: readonly ConversationRecord[],
  userId: string,
) {
  const people = await contacts.find(uow, [...new Set(conversations.map((one) => one.contactId))])
  const names = new Map(people.map((person) => [person.id, person.name]))
  const ids = conversations.map((one) => one.id)
  const labels = await labelsOf(uow, ids)
  const unread = await unreadOf(uow, userId, ids)
  return conversations.map((one) => ({
    id: one.id,
    threadId: one.threadId,
    connectionId: one.connectionId,
    channel: one.channel,
    contact: { id: one.contactId, name: names.get(one.contactId) ?? '' },
    status: one.status,
    snoozedUntil: one.snoozedUntil?.toISOString() ?? null,
    assigneeId: one.assigneeId,
    holder: one.holder,
    fence: one.fence,
    labels: labels.get(one.id) ?? [],
    unreadCount: one.unreadCount,
    myUnreadCount: unread.get(one.id) ?? 0,
    lastMessage: one.lastMessage,
    lastMessageAt: one.lastMessageAt.toISOString(),
    openedAt: one.openedAt.toISOString(),
    resolvedAt: one.resolvedAt?.toISOString() ?? null,
  }))
}
