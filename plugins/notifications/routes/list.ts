import { cursorQuery, decodeCursor, defineRoute, ok, page, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Notification } from '../models/notification.ts'
import { readMailbox } from '../storage/mailbox.ts'
import { notificationSchema, OWN, TAGS, unreadSchema, viewOf } from './schemas.ts'

interface Query {
  readonly unread?: boolean
  readonly kind?: string
  readonly cursor?: string
  readonly limit: number
}

const place = Joi.array<[string]>().ordered(Joi.string().uuid().required())

export function listNotifications({ database, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/notifications',
    id: 'listNotifications',
    summary: "The caller's own notifications, newest first.",
    tags: TAGS,
    access: OWN,
    query: Joi.object<Query>({
      unread: Joi.boolean(),
      kind: Joi.string().max(100),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of notifications.', schema: pageSchema(notificationSchema) } },
    handle: async ({ tenantId, actor, query }) => {
      const [after] = decodeCursor(query.cursor, place) ?? []
      const found = await database.transaction(tenantId, async (uow) => {
        const rows = Notification.in(uow)
          .where('user_id', actor?.id ?? '')
          .whereNull('deleted_at')
          .orderBy('id', 'desc')
          .limit(query.limit + 1)
        if (query.unread === true) rows.whereNull('read_at')
        if (query.unread === false) rows.whereNotNull('read_at')
        if (query.kind !== undefined) rows.where('kind', query.kind)
        if (after !== undefined) rows.where('id', '<', after)
        return rows
      })
      return ok(page({ items: found.map(viewOf), limit: query.limit, cursorOf: ({ id }) => [id] }))
    },
  })
}

export function unreadCount({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/notifications/unread-count',
    id: 'countUnreadNotifications',
    summary: 'How many notifications the caller has not read, and where changes go on from.',
    tags: TAGS,
    access: OWN,
    responses: { 200: { description: 'The count.', schema: unreadSchema } },
    handle: async ({ tenantId, actor }) => {
      const found = await database.transaction(tenantId, (uow) => readMailbox(uow, actor?.id ?? ''))
      return ok({ unread: found?.unread ?? 0, seq: found?.seq ?? 0 })
    },
  })
}
