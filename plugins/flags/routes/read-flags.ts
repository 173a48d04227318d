import { cursorQuery, decodeCursor, defineRoute, ok, page, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { noSuchFlag } from './refusals.ts'
import { flagSchema, keyParams, keyPlace } from './schemas.ts'
import { flagView } from './views.ts'

interface Query {
  readonly q?: string
  readonly cursor?: string
  readonly limit: number
}

export function listFlags({ admin, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/flags',
    id: 'listFlags',
    summary: 'Flags of plugins and of admins, by key; `q` finds them by a part of the key or the summary.',
    tags: ['flags'],
    access: { permission: 'admin.flags.read' },
    query: Joi.object<Query>({
      q: Joi.string().trim().lowercase().min(1).max(100),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of flags.', schema: pageSchema(flagSchema) } },
    handle: async ({ query: { q, cursor, limit } }) => {
      const [after = ''] = decodeCursor(cursor, keyPlace) ?? []
      const items = admin
        .flags()
        .filter(({ definition: { key, summary } }) => q === undefined || `${key}\n${summary.toLowerCase()}`.includes(q))
        .filter(({ definition }) => definition.key > after)
        .slice(0, limit + 1)
        .map(flagView)
      return ok(page({ items, limit, cursorOf: ({ key }) => [key] }))
    },
  })
}

export function readFlag({ admin }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/flags/{key}',
    id: 'getFlag',
    summary: 'One flag as it stands.',
    tags: ['flags'],
    access: { permission: 'admin.flags.read' },
    params: keyParams,
    responses: {
      200: { description: 'The flag.', schema: flagSchema },
      404: { description: 'There is no such flag.' },
    },
    handle: async ({ params: { key } }) => {
      const found = admin.flags().find(({ definition }) => definition.key === key)
      return found === undefined ? noSuchFlag(key) : ok(flagView(found))
    },
  })
}
