import { decodeCursor, defineRoute, encodeCursor, ok, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { type FeedPlace, feedFloor, readFeed } from '../storage/feed.ts'
import type { RouteContext } from './context.ts'
import { viewConversations } from './conversation-view.ts'
import { conversationSchema, uuid } from './schemas.ts'

interface Query {
  readonly after?: string
  readonly limit: number
}

const xid = Joi.string().pattern(/^\d{1,19}$/)
const place = Joi.array<[string] | [string, string, string, string]>().ordered(xid.required(), xid, uuid, xid)

export function feed(context: RouteContext): Route {
  const { database, settings } = context
  return defineRoute({
    method: 'GET',
    path: '/api/feed',
    id: 'readFeed',
    summary:
      'Conversations changed since the cursor. Without one, or after `reset`: load the lists, then go on from `cursor`.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    query: Joi.object<Query>({
      after: Joi.string().max(1024),
      limit: Joi.number().integer().min(1).max(settings.maxPageSize).default(settings.pageSize),
    }),
    responses: {
      200: {
        description: 'What changed; at least once, never a gap.',
        schema: Joi.object({
          reset: Joi.boolean().required(),
          more: Joi.boolean().required().description('Ask again at once.'),
          cursor: Joi.string().required(),
          items: Joi.array()
            .items(conversationSchema.keys({ revision: Joi.number().integer().required() }))
            .required(),
        }),
      },
    },
    handle: async ({ tenantId, query, actor }) =>
      ok(await database.transaction(tenantId, (uow) => read(context, uow, query, actor?.id ?? ''))),
  })
}

/**
 * The cursor is the oldest transaction that still ran when the reading began: what such a transaction commits later lies
 * at or above it and is given out next time. So changes may come twice, and none is ever missed.
 *
 * That a message was sent, delivered or read changes no conversation; whoever shows one reads its messages' changes by
 * `changedAfter`.
 */
async function read(context: RouteContext, uow: UnitOfWork, { after, limit }: Query, userId: string) {
  const floor = await feedFloor(uow)
  const from = placeOf(after)
  if (from === undefined || BigInt(from.floor) > BigInt(floor))
    return { reset: true, more: false, cursor: encodeCursor([floor]), items: [] }
  const next = from.at?.next ?? floor
  const changes = await readFeed(uow, from, limit)
  const last = changes.at(-1)
  const more = changes.length >= limit && last !== undefined
  const views = await viewConversations(uow, context.contacts, changes, userId)
  return {
    reset: false,
    more,
    cursor: encodeCursor(more ? [from.floor, last.xid, last.id, next] : [next]),
    items: views.map((view, index) => ({ ...view, revision: changes[index]?.revision ?? 0 })),
  }
}

function placeOf(cursor: string | undefined): FeedPlace | undefined {
  const tuple = decodeCursor(cursor, place)
  if (tuple === undefined) return undefined
  const [floor, at, id, next] = tuple
  return at === undefined || id === undefined || next === undefined ? { floor } : { floor, at: { xid: at, id, next } }
}
