import { defineRoute, ok, type Route, type UnitOfWork } from '@parley/core'
import { sendability } from '../domain/sendability.ts'
import { Surroundings } from '../messenger/facts.ts'
import { CONVERSATION, type ConversationRecord } from '../models/conversation.ts'
import { THREAD, type ThreadRecord } from '../models/thread.ts'
import { pick, selectList } from '../storage/columns.ts'
import { noConversation, type RouteContext } from './context.ts'
import { viewConversations } from './conversation-view.ts'
import { conversationDetailSchema, idParams } from './schemas.ts'

export function getConversation(context: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/conversations/{id}',
    id: 'getConversation',
    summary: 'One conversation, and what may be sent in it now.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    params: idParams,
    responses: {
      200: { description: 'The conversation.', schema: conversationDetailSchema },
      404: { description: 'There is no such conversation.' },
    },
    handle: async ({ tenantId, params, actor }) => {
      const found = await context.database.transaction(tenantId, (uow) =>
        conversationDetail(context, uow, params.id, actor?.id ?? ''),
      )
      return found === undefined ? noConversation(params.id) : ok(found)
    },
  })
}

export async function conversationDetail(context: RouteContext, uow: UnitOfWork, id: string, userId: string) {
  const { rows } = await uow.trx.raw<{ rows: Record<string, unknown>[] }>(
    `select ${selectList('t', THREAD, 't:')}, ${selectList('c', CONVERSATION, 'c:')}
     from inbox.conversation c join inbox.thread t on t.tenant_id = c.tenant_id and t.id = c.thread_id
     where c.tenant_id = ?::uuid and c.id = ?::uuid`,
    [uow.tenantId, id],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const thread = pick<ThreadRecord>(row, THREAD, 't:')
  const conversation = pick<ConversationRecord>(row, CONVERSATION, 'c:')
  const [view] = await viewConversations(uow, context.contacts, [conversation], userId)
  const facts = (await Surroundings.of(context, uow, [thread])).facts(thread)
  return { ...view, address: thread.address, revision: thread.revision, sendability: sendability(facts) }
}
