import {
  type ChannelReceipts,
  defineRoute,
  type Identity,
  noContent,
  type Route,
  reasonOf,
  type UnitOfWork,
} from '@parley/core'
import { changed } from '../drafting/conversation.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { lockPlaces } from '../messenger/targets.ts'
import { moveReader } from '../storage/readers.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { authorOf, noConversation, type RouteContext } from './context.ts'
import { idParams } from './schemas.ts'

export function markRead(context: RouteContext): Route {
  return readState(context, {
    path: '/api/conversations/{id}/read',
    id: 'markConversationRead',
    summary: 'The caller has read it, and so has the team; the customer is shown so where the channel can.',
    unread: 0,
  })
}

export function markUnread(context: RouteContext): Route {
  return readState(context, {
    path: '/api/conversations/{id}/unread',
    id: 'markConversationUnread',
    summary: 'Marks the conversation as unread again, for the caller and the team.',
    unread: 1,
  })
}

function readState(
  context: RouteContext,
  route: { readonly path: string; readonly id: string; readonly summary: string; readonly unread: 0 | 1 },
): Route {
  const { path, id, summary, unread } = route
  return defineRoute({
    ...{ method: 'POST', path, id, summary, tags: ['inbox'], access: { permission: 'inbox.write' } },
    params: idParams,
    responses: { 204: { description: 'Done.' }, 404: { description: 'There is no such conversation.' } },
    handle: async ({ tenantId, params, actor, correlationId }) => {
      const found = await context.database.transaction(
        tenantId,
        (uow) => setUnread(context, uow, params.id, unread, authorOf(actor)),
        { correlationId },
      )
      return found ? noContent() : noConversation(params.id)
    },
  })
}

/** @returns false when there is no such conversation */
export async function setUnread(
  context: RouteContext,
  uow: UnitOfWork,
  id: string,
  unread: 0 | 1,
  by: ReturnType<typeof authorOf>,
): Promise<boolean> {
  const draft = new InboxDraft(context.clock.now())
  await lockPlaces(uow, draft, [id])
  const conversation = draft.conversations.get(id)
  if (conversation === undefined || !draft.threads.has(conversation.threadId)) return false
  const before = conversation.unreadCount
  conversation.unreadCount = unread === 0 ? 0 : Math.max(1, before)
  const moved = await moveReader(uow, { userId: by.id, conversationId: id, read: unread === 0, now: draft.now })
  if (conversation.unreadCount === before && !moved) return true
  // Also when only this person's place changed: their other devices read on from the feed.
  changed(draft, conversation, 'read', by)
  await writeDraft(uow, draft)
  if (unread === 0 && before > 0) await tellCustomer(context, uow, conversation)
  return true
}

/** After the commit, and only a courtesy: that it could not be shown changes nothing. */
async function tellCustomer(
  { receipts, connections, log, settings }: RouteContext,
  uow: UnitOfWork,
  conversation: {
    readonly id: string
    readonly threadId: string
    readonly channel: string
    readonly connectionId: string
  },
): Promise<void> {
  const receipt: ChannelReceipts | undefined = receipts.byKey(conversation.channel)
  if (receipt === undefined) return
  const last: { external_id: string } | undefined = await uow
    .trx('inbox.message')
    .where({ tenant_id: uow.tenantId, conversation_id: conversation.id, direction: 'in' })
    .whereNotNull('external_id')
    .orderBy('seq', 'desc')
    .first('external_id')
  const thread: { address: Identity } | undefined = await uow
    .trx('inbox.thread')
    .where({ tenant_id: uow.tenantId, id: conversation.threadId })
    .first('address')
  const connection = await connections.get(uow.tenantId, conversation.connectionId)
  if (last === undefined || thread === undefined || connection === undefined) return
  const request = { connection, externalId: last.external_id, to: thread.address, typing: false }
  uow.afterCommit(() => {
    receipt.markRead({ ...request, signal: AbortSignal.timeout(settings.sendTimeoutMs) }).then(
      (result) => {
        if (!result.ok) log.info({ conversationId: conversation.id, failure: result.failure }, 'read receipt refused')
      },
      (error) => log.warn({ conversationId: conversation.id, reason: reasonOf(error) }, 'read receipt failed'),
    )
  })
}
