import {
  cursorQuery,
  decodeCursor,
  defineRoute,
  noContent,
  ok,
  page,
  pageSchema,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { MESSAGE, type MessageRecord } from '../models/message.ts'
import { selectList } from '../storage/columns.ts'
import { messagesById } from '../storage/find-messages.ts'
import { listMessages } from '../storage/list-messages.ts'
import { authorOf, noMessage, type RouteContext } from './context.ts'
import { viewMessages } from './message-view.ts'
import { setUnread } from './read-state.ts'
import { idParams, messageSchema, uuid } from './schemas.ts'

interface Query {
  readonly conversation?: string
  readonly direction?: 'in' | 'out'
  readonly cursor?: string
  readonly limit: number
}

const place = Joi.array<[string]>().ordered(uuid.required())

export function listAllMessages({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/messages',
    id: 'listMessages',
    summary: 'Messages of all conversations, newest first.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    query: Joi.object<Query>({
      conversation: uuid,
      direction: Joi.valid('in', 'out'),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of messages.', schema: pageSchema(messageSchema) } },
    handle: async ({ tenantId, query }) => ok(await database.transaction(tenantId, (uow) => read(uow, query))),
  })
}

/** Ids are made in order of time, so the primary key is the index of this list. */
async function read(uow: UnitOfWork, { conversation, direction, cursor, limit }: Query) {
  const [after] = decodeCursor(cursor, place) ?? []
  const optional = [
    ...(conversation === undefined ? [] : [{ sql: 'm.conversation_id = ?::uuid', value: conversation }]),
    ...(direction === undefined ? [] : [{ sql: 'm.direction = ?', value: direction }]),
    ...(after === undefined ? [] : [{ sql: 'm.id < ?::uuid', value: after }]),
  ]
  const where = ['m.tenant_id = ?::uuid', ...optional.map((one) => one.sql)].join(' and ')
  const { rows } = await uow.trx.raw<{ rows: MessageRecord[] }>(
    `select ${selectList('m', MESSAGE)} from inbox.message m where ${where} order by m.id desc limit ?`,
    [uow.tenantId, ...optional.map((one) => one.value), limit + 1],
  )
  return page({ items: await viewMessages(uow, rows), limit, cursorOf: (message) => [message.id] })
}

export function getMessage({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/messages/{id}',
    id: 'getMessage',
    summary: 'A message, and the last messages of its conversation up to it.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    params: idParams,
    responses: {
      200: {
        description: 'The message and its thread, oldest first.',
        schema: messageSchema.keys({ thread: Joi.array().items(messageSchema).required() }),
      },
      404: { description: 'There is no such message.' },
    },
    handle: async ({ tenantId, params }) => {
      const found = await database.transaction(tenantId, (uow) => withThread(uow, params.id, settings.pageSize))
      return found === undefined ? noMessage(params.id) : ok(found)
    },
  })
}

async function withThread(uow: UnitOfWork, id: string, limit: number) {
  const [message] = await messagesById(uow, [id])
  if (message === undefined) return undefined
  const { conversationId, seq } = message
  const range = { conversationId, order: 'desc', after: 0, before: seq + 1, changedAfter: 0, limit } as const
  const thread = await viewMessages(uow, (await listMessages(uow, range)).reverse())
  const own = thread.find((one) => one.id === id)
  return own === undefined ? undefined : { ...own, thread }
}

export function markMessageRead(context: RouteContext): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/messages/{id}/read',
    id: 'markMessageRead',
    summary: "Marks the message's conversation as read, or with `read: false` as unread.",
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    payload: Joi.object<{ read: boolean }>({ read: Joi.boolean().default(true) })
      .allow(null)
      .empty(null)
      .default({ read: true }),
    responses: { 204: { description: 'Done.' }, 404: { description: 'There is no such message.' } },
    handle: async ({ tenantId, params, payload, actor, correlationId }) => {
      const found = await context.database.transaction(
        tenantId,
        async (uow) => {
          const [message] = await messagesById(uow, [params.id])
          if (message === undefined) return false
          return setUnread(context, uow, message.conversationId, payload.read ? 0 : 1, authorOf(actor))
        },
        { correlationId },
      )
      return found ? noContent() : noMessage(params.id)
    },
  })
}
