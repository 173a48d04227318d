import { defineRoute, ok, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Notification } from '../models/notification.ts'
import { readMailbox } from '../storage/mailbox.ts'
import { notificationSchema, OWN, TAGS, unreadSchema, viewOf } from './schemas.ts'

interface Query {
  readonly after: number
  readonly limit: number
}

/** How a device that was away, or was told by the WebSocket that something changed, reads on. */
export function readChanges({ database, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/notifications/changes',
    id: 'readNotificationChanges',
    summary: 'What became new, read or deleted after a seq. After `reset`: load the list, then go on from `seq`.',
    tags: TAGS,
    access: OWN,
    query: Joi.object<Query>({
      after: Joi.number().integer().min(0).required(),
      limit: Joi.number().integer().min(1).max(settings.maxPageSize).default(settings.maxPageSize),
    }),
    responses: {
      200: {
        description: 'Every change, once; of several changes of one notification the last.',
        schema: unreadSchema.keys({
          reset: Joi.boolean().required(),
          more: Joi.boolean().required().description('Ask again at once, from `seq`.'),
          items: Joi.array().items(notificationSchema).required(),
          deleted: Joi.array().items(Joi.string().uuid()).required(),
        }),
      },
    },
    handle: async ({ tenantId, actor, query }) =>
      ok(await database.transaction(tenantId, (uow) => read(uow, actor?.id ?? '', query))),
  })
}

/** The mailbox is read first: what is committed after that is above its seq, and comes next time. */
async function read(uow: UnitOfWork, userId: string, { after, limit }: Query) {
  const { seq, unread, floor } = (await readMailbox(uow, userId)) ?? { seq: 0, unread: 0, floor: 0 }
  if (after < floor || after > seq) return { reset: true, more: false, seq, unread, items: [], deleted: [] }
  const rows = await Notification.in(uow)
    .where('user_id', userId)
    .where('revision', '>', after)
    .where('revision', '<=', seq)
    .orderBy('revision')
    .limit(limit)
  const last = rows.at(-1)
  const more = rows.length === limit && last !== undefined
  return {
    reset: false,
    more,
    seq: more ? Number(last.revision) : seq,
    unread,
    items: rows.filter(({ deleted_at }) => deleted_at === null).map(viewOf),
    deleted: rows.filter(({ deleted_at }) => deleted_at !== null).map(({ id }) => id),
  }
}
