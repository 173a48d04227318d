import { defineRoute, noContent, ok, problem, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Notification } from '../models/notification.ts'
import { lockMailbox, storeMailbox } from '../storage/mailbox.ts'
import { idParams, notificationSchema, OWN, TAGS, unreadSchema, viewOf } from './schemas.ts'

const notFound = (id: string) => problem(404, 'notifications.not-found', `You have no notification ${id}.`)

export function markRead({ database, clock }: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/notifications/{id}/read',
    id: 'markNotificationRead',
    summary: "Marks one of the caller's notifications as read; all their devices are told.",
    tags: TAGS,
    access: OWN,
    params: idParams,
    responses: {
      200: { description: 'As it is now.', schema: notificationSchema },
      404: { description: 'There is none.' },
    },
    handle: async ({ tenantId, actor, params: { id } }) => {
      const now = clock.now()
      const read = await database.transaction(tenantId, async (uow) => {
        const found = await change(
          uow,
          actor?.id ?? '',
          id,
          { read_at: now, updated_at: now },
          ({ read_at }) => !read_at,
        )
        return found && Notification.in(uow).findOne({ id })
      })
      return read === undefined ? notFound(id) : ok(viewOf(read))
    },
  })
}

export function deleteNotification({ database, clock }: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/notifications/{id}',
    id: 'deleteNotification',
    summary: "Deletes one of the caller's notifications.",
    tags: TAGS,
    access: OWN,
    params: idParams,
    responses: { 204: { description: 'Gone.' }, 404: { description: 'There is none.' } },
    handle: async ({ tenantId, actor, params: { id } }) => {
      const now = clock.now()
      const gone = await database.transaction(tenantId, (uow) =>
        change(uow, actor?.id ?? '', id, { deleted_at: now, updated_at: now }, () => true),
      )
      return gone === undefined ? notFound(id) : noContent()
    },
  })
}

/** @returns the notification as it was, or `undefined` when it is not this person's */
async function change(
  uow: UnitOfWork,
  userId: string,
  id: string,
  patch: Partial<Pick<Notification, 'read_at' | 'deleted_at' | 'updated_at'>>,
  needed: (found: Notification) => boolean,
): Promise<Notification | undefined> {
  const { seq, unread } = await lockMailbox(uow, userId)
  const found = await Notification.in(uow).findOne({ id, user_id: userId }).whereNull('deleted_at')
  if (found === undefined || !needed(found)) return found
  await Notification.in(uow)
    .where({ id })
    .patch({ ...patch, revision: String(seq + 1) })
  await storeMailbox(uow, { userId, seq: seq + 1, unread: unread - (found.read_at === null ? 1 : 0) })
  return found
}

export function markAllRead({ database, clock }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/notifications/read-all',
    id: 'markAllNotificationsRead',
    summary: "Marks the caller's notifications as read, up to a seq that they have seen, or all.",
    tags: TAGS,
    access: OWN,
    payload: Joi.object<{ upTo?: number }>({ upTo: Joi.number().integer().min(0) }).default({}),
    responses: { 200: { description: 'What is left.', schema: unreadSchema } },
    handle: async ({ tenantId, actor, payload }) =>
      ok(await database.transaction(tenantId, (uow) => readAll(uow, actor?.id ?? '', payload.upTo, clock.now()))),
  })
}

/** Each gets a revision of its own, in the order they had. */
async function readAll(uow: UnitOfWork, userId: string, upTo: number | undefined, now: Date) {
  const { seq, unread } = await lockMailbox(uow, userId)
  const { rows } = await uow.trx.raw<{ rows: unknown[] }>(
    `with wanted as (
       select id, row_number() over (order by revision) as n from notifications.notification
       where tenant_id = ?::uuid and user_id = ? and read_at is null and deleted_at is null and revision <= ?
     )
     update notifications.notification u set read_at = ?::timestamptz, updated_at = ?::timestamptz, revision = ? + wanted.n
     from wanted where u.tenant_id = ?::uuid and u.id = wanted.id returning u.id`,
    [uow.tenantId, userId, upTo ?? seq, now, now, seq, uow.tenantId] as never[],
  )
  const after = { userId, seq: seq + rows.length, unread: unread - rows.length }
  if (rows.length > 0) await storeMailbox(uow, after)
  return { unread: after.unread, seq: after.seq }
}
