import {
  cursorQuery,
  decodeCursor,
  defineRoute,
  type FlagEntryKind,
  ok,
  page,
  pageSchema,
  type Route,
} from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { changeSchema, keyParams } from './schemas.ts'
import { changeView } from './views.ts'

const place = Joi.array<[string]>().ordered(Joi.string().uuid().required())

export const flagHistory = (parts: Parts): Route =>
  historyRoute(parts, 'flag', { path: '/api/admin/flags/{key}/history', id: 'listFlagChanges' })

export const segmentHistory = (parts: Parts): Route =>
  historyRoute(parts, 'segment', { path: '/api/admin/flag-segments/{key}/history', id: 'listSegmentChanges' })

function historyRoute({ admin, settings }: Parts, kind: FlagEntryKind, at: Pick<Route, 'path' | 'id'>): Route {
  return defineRoute({
    ...at,
    method: 'GET',
    summary: `Who changed the ${kind}, when, from what to what; newest first. Kept after it is removed.`,
    tags: ['flags'],
    access: { permission: 'admin.flags.read' },
    params: keyParams,
    query: Joi.object<{ cursor?: string; limit: number }>(
      cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    ),
    responses: { 200: { description: 'A page of changes.', schema: pageSchema(changeSchema) } },
    handle: async ({ params: { key }, query: { cursor, limit } }) => {
      const [before] = decodeCursor(cursor, place) ?? []
      const wanted = { limit: limit + 1, ...(before === undefined ? {} : { before }) }
      const items = (await admin.history(kind, key, wanted)).map(changeView)
      return ok(page({ items, limit, cursorOf: ({ id }) => [id] }))
    },
  })
}
