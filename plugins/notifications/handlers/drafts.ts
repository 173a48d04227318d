import {
  type CloudEvent,
  type ConnectionHealthChanged,
  type ConversationChanged,
  connectionHealthChanged,
  conversationChanged,
  type MessageChanged,
  messageChanged,
  messageReceived,
  type NotificationRequested,
  notificationRequested,
  type WebhookDisabled,
  webhookDisabled,
} from '@parley/core'
import type { Draft } from '../domain/draft.ts'
import { KINDS } from '../domain/kinds.ts'

/** Who hears of a connection's health. */
export const CONNECTION_KEEPERS = 'connections.write'

/** What handlers know about the tenant while they read a batch. */
export interface Knowledge {
  /** Who a conversation is assigned to, as of the event. */
  assignee(conversationId: string): string | undefined
  holders(permission: string): readonly string[]
}

type Words = Omit<Draft, 'userId' | 'count' | 'channels'>

/** Drafts that an event leads to, in plain words and without the customer's. */
export function draftsOf(event: CloudEvent, known: Knowledge): readonly Draft[] {
  if (event.type === notificationRequested.type) return requested(event.data as NotificationRequested, known)
  if (event.type === webhookDisabled.type) return webhookOff(event.data as WebhookDisabled, known)
  if (event.type === connectionHealthChanged.type) return connectionNews(event.data as ConnectionHealthChanged, known)
  const { conversationId } = event.data as { conversationId: string }
  const assignee = known.assignee(conversationId)
  const words = assignee === undefined ? undefined : inboxWords(event, conversationId)
  return words === undefined || assignee === undefined || assignee === authorOf(event)
    ? []
    : draftsFor([assignee], words)
}

function inboxWords(event: CloudEvent, conversationId: string): Words | undefined {
  const place = { link: `/inbox/${conversationId}`, group: conversationId, body: '' }
  if (event.type === messageReceived.type)
    return { kind: 'conversation.message', title: 'New message in a conversation of yours', ...place }
  if (event.type === messageChanged.type)
    return (event.data as MessageChanged).status === 'failed'
      ? { kind: 'message.failed', title: 'A message could not be sent', ...place }
      : undefined
  return (event.data as ConversationChanged).change === 'assignee'
    ? { kind: 'conversation.assigned', title: 'A conversation was assigned to you', ...place }
    : undefined
}

/** Nobody is told what they did themselves. */
function authorOf(event: CloudEvent): string | undefined {
  return event.type === conversationChanged.type ? (event.data as ConversationChanged).by?.id : undefined
}

function webhookOff({ host, reason }: WebhookDisabled, known: Knowledge): readonly Draft[] {
  const why = reason === 'gone' ? 'It answers that it wants nothing more.' : 'It has taken nothing for days.'
  const words = { kind: 'webhook.disabled', title: `Webhooks to ${host} were switched off`, body: why }
  return draftsFor(known.holders('webhooks.write'), { ...words, link: '/settings/webhooks' })
}

const HEALTH: Readonly<Record<ConnectionHealthChanged['health'], { kind: string; title: string; body: string }>> = {
  'auth-failed': {
    kind: 'connection.failed',
    title: 'cannot send',
    body: 'Its credential is refused. Messages still come in; what is written waits until it is connected again.',
  },
  degraded: { kind: 'connection.failed', title: 'has trouble', body: 'It works in part.' },
  ok: { kind: 'connection.mended', title: 'works again', body: '' },
}

/** Told to those who can mend it. The vendor's reason is on the connection's page, and in no mail. */
function connectionNews({ connectionId, name, health }: ConnectionHealthChanged, known: Knowledge): readonly Draft[] {
  const { kind, title, body } = HEALTH[health]
  const words = { kind, title: `${name} ${title}`, body, link: `/settings/connections/${connectionId}` }
  return draftsFor(known.holders(CONNECTION_KEEPERS), { ...words, group: connectionId })
}

function requested(wish: NotificationRequested, known: Knowledge): readonly Draft[] {
  const { kind, to, title, body = '', link, group, channels = ['in-app'] } = wish
  const users = 'users' in to ? to.users : known.holders(to.permission)
  const words = {
    kind,
    title,
    body,
    ...(link === undefined ? {} : { link }),
    ...(group === undefined ? {} : { group }),
  }
  return draftsFor(users, words, channels)
}

function draftsFor(users: readonly string[], words: Words, channels?: Draft['channels']): readonly Draft[] {
  const usual = channels ?? KINDS.find(({ kind }) => kind === words.kind)?.channels ?? ['in-app']
  return users.map((userId) => ({ ...words, userId, count: 1, channels: usual }))
}
