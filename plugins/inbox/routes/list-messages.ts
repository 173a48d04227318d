import {
  cursorQuery,
  decodeCursor,
  defineRoute,
  ok,
  page,
  pageSchema,
  position,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { listMessages } from '../storage/list-messages.ts'
import { noConversation, type RouteContext } from './context.ts'
import { viewMessages } from './message-view.ts'
import { idParams, messageSchema } from './schemas.ts'

interface Query {
  readonly order: 'asc' | 'desc'
  readonly after?: number
  readonly before?: number
  readonly changedAfter?: number
  readonly cursor?: string
  readonly limit: number
}

const place = Joi.array<[number]>().ordered(position.required())

export function listMessagesRoute({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/conversations/{id}/messages',
    id: 'listConversationMessages',
    summary: 'Messages of a conversation in order: from the oldest on, or with `order=desc` from the newest back.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    params: idParams,
    query: Joi.object<Query>({
      order: Joi.valid('asc', 'desc').default('asc'),
      after: position.description('Only messages with a higher seq.'),
      before: position.description('Only messages with a lower seq.'),
      changedAfter: position.description('Only messages new or changed since this revision of the thread.'),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: {
      200: { description: 'A page of messages.', schema: pageSchema(messageSchema) },
      404: { description: 'There is no such conversation.' },
    },
    handle: async ({ tenantId, params, query }) => {
      const found = await database.transaction(tenantId, (uow) => read(uow, params.id, query))
      return found === undefined ? noConversation(params.id) : ok(found)
    },
  })
}

async function read(uow: UnitOfWork, conversationId: string, query: Query) {
  const { order, limit, after, before, changedAfter } = query
  const [seen] = decodeCursor(query.cursor, place) ?? []
  const messages = await listMessages(uow, {
    conversationId,
    order,
    limit: limit + 1,
    after: Math.max(after ?? 0, order === 'asc' ? (seen ?? 0) : 0),
    before: Math.min(before ?? Infinity, order === 'desc' ? (seen ?? Infinity) : Infinity),
    changedAfter: changedAfter ?? 0,
  })
  if (messages.length === 0 && !(await exists(uow, conversationId))) return undefined
  const items = await viewMessages(uow, messages)
  return page({ items, limit, cursorOf: (message) => [message.seq] })
}

async function exists(uow: UnitOfWork, id: string): Promise<boolean> {
  const found = await uow.trx('inbox.conversation').where({ tenant_id: uow.tenantId, id }).first('id')
  return found !== undefined
}
