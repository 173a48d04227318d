import { cursorQuery, decodeCursor, defineRoute, ok, page, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Change } from '../models/change.ts'
import { Standing } from '../models/standing.ts'
import {
  changeSchema,
  changeView,
  channel,
  means,
  place,
  purpose,
  standingSchema,
  standingView,
  uuid,
  wish,
} from './schemas.ts'

interface Filter {
  readonly contactId?: string
  readonly channel?: string
  readonly purpose?: string
  readonly wish?: string
  readonly means?: string
}

interface Query extends Filter {
  readonly cursor?: string
  readonly limit: number
}

const tags = ['consent']
const access = { permission: 'consent.read' }

const query = ({ settings }: Parts) =>
  Joi.object<Query>({
    contactId: uuid,
    channel,
    purpose,
    wish,
    means,
    ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
  })

/** Columns as the filters are called. */
function conditions({ contactId, ...others }: Filter): Record<string, string> {
  return { ...(others as Record<string, string>), ...(contactId === undefined ? {} : { contact_id: contactId }) }
}

export function listStandings(parts: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/consent',
    id: 'listConsent',
    summary: 'What counts now, by person, channel and purpose; what changed last first.',
    tags,
    access,
    query: query(parts),
    responses: { 200: { description: 'A page of wishes.', schema: pageSchema(standingSchema) } },
    handle: async ({ tenantId, query: { cursor, limit, ...filter } }) =>
      parts.database.transaction(tenantId, async (uow) => {
        const rows = Standing.in(uow)
          .where(conditions(filter))
          .orderBy('change_id', 'desc')
          .limit(limit + 1)
        const [before] = decodeCursor(cursor, place) ?? []
        if (before !== undefined) rows.where('change_id', '<', before)
        return ok(page({ items: (await rows).map(standingView), limit, cursorOf: ({ changeId }) => [changeId] }))
      }),
  })
}

export function listChanges(parts: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/consent/changes',
    id: 'listConsentChanges',
    summary: 'Everything that was ever said about being written to, with its proof; newest first.',
    tags,
    access,
    query: query(parts),
    responses: { 200: { description: 'A page of changes.', schema: pageSchema(changeSchema) } },
    handle: async ({ tenantId, query: { cursor, limit, ...filter } }) =>
      parts.database.transaction(tenantId, async (uow) => {
        const rows = Change.in(uow)
          .where(conditions(filter))
          .orderBy('id', 'desc')
          .limit(limit + 1)
        const [before] = decodeCursor(cursor, place) ?? []
        if (before !== undefined) rows.where('id', '<', before)
        return ok(page({ items: (await rows).map(changeView), limit, cursorOf: ({ id }) => [id] }))
      }),
  })
}
