import {
  CONVERSATION_STATUSES,
  type ConversationStatus,
  cursorQuery,
  decodeCursor,
  defineRoute,
  ok,
  page,
  pageSchema,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { type ConversationFilter, listConversations } from '../storage/list-conversations.ts'
import { searchConversations } from '../storage/search-conversations.ts'
import type { RouteContext } from './context.ts'
import { viewConversations } from './conversation-view.ts'
import { conversationSchema, uuid } from './schemas.ts'

interface Query {
  readonly status?: ConversationStatus
  readonly channel?: string
  readonly connection?: string
  readonly contact?: string
  readonly assignee?: string
  readonly label?: string
  readonly q?: string
  readonly cursor?: string
  readonly limit: number
}

const place = Joi.array<[string, string]>().ordered(Joi.string().isoDate().required(), uuid.required())

export function listConversationsRoute(context: RouteContext): Route {
  const { database, settings } = context
  return defineRoute({
    method: 'GET',
    path: '/api/conversations',
    id: 'listConversations',
    summary: 'Conversations, the most recently active first.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    query: Joi.object<Query>({
      status: Joi.valid(...CONVERSATION_STATUSES),
      channel: Joi.string().max(100).description('Provider key: `whatsapp`.'),
      connection: uuid,
      contact: uuid,
      assignee: Joi.string().max(200).description('An id, `me`, or `none`.'),
      label: Joi.string().max(100),
      q: Joi.string().trim().min(1).max(200).description('Words of a message, a name, an address or a number.'),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of conversations.', schema: pageSchema(conversationSchema) } },
    handle: async ({ tenantId, query, actor }) =>
      ok(await database.transaction(tenantId, (uow) => read(context, uow, query, actor?.id))),
  })
}

async function read(context: RouteContext, uow: UnitOfWork, query: Query, me: string | undefined) {
  const { contacts, settings } = context
  const { limit, status, channel, connection, contact, label, q } = query
  const after = decodeCursor(query.cursor, place)
  const limits = { newest: settings.searchNewest, most: settings.searchMost }
  const ids = q === undefined ? undefined : await searchConversations(uow, contacts, q, limits)
  const filter: ConversationFilter = {
    limit: limit + 1,
    ...(status && { status }),
    ...(channel && { channel }),
    ...(connection && { connectionId: connection }),
    ...(contact && { contactId: contact }),
    ...(label && { label }),
    ...(ids && { ids }),
    ...(after && { after }),
    ...assignee(query.assignee, me),
  }
  const items = await viewConversations(uow, contacts, await listConversations(uow, filter), me ?? '')
  return page({ items, limit, cursorOf: (one) => [one.lastMessageAt, one.id] })
}

function assignee(wanted: string | undefined, me: string | undefined): Pick<ConversationFilter, 'assigneeId'> {
  if (wanted === undefined) return {}
  if (wanted === 'none') return { assigneeId: null }
  return { assigneeId: wanted === 'me' ? (me ?? '') : wanted }
}
