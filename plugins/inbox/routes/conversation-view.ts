import type { ContactDirectory, UnitOfWork } from '@parley/core'
import type { ConversationRecord } from '../models/conversation.ts'
import { labelsOf } from '../storage/labels.ts'

/** Conversations as the API shows them: with the contact's name and the labels. Two round trips. */
export async function viewConversations(
  uow: UnitOfWork,
  contacts: ContactDirectory,
  conversations: readonly ConversationRecord[],
) {
  const people = await contacts.find(uow, [...new Set(conversations.map((one) => one.contactId))])
  const names = new Map(people.map((person) => [person.id, person.name]))
  const labels = await labelsOf(
    uow,
    conversations.map((one) => one.id),
  )
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
    lastMessage: one.lastMessage,
    lastMessageAt: one.lastMessageAt.toISOString(),
    openedAt: one.openedAt.toISOString(),
    resolvedAt: one.resolvedAt?.toISOString() ?? null,
  }))
}
