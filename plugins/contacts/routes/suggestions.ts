import { defineRoute, noContent, ok, problem, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { Suggestion } from '../models/merge.ts'
import type { RouteContext } from './context.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { idParams, pageSchema, suggestionSchema } from './schemas.ts'
import { suggestionView } from './view.ts'

interface Query {
  readonly cursor?: string
  readonly limit: number
}

export function listSuggestions({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/merge-suggestions',
    id: 'listMergeSuggestions',
    summary: 'Pairs of contacts that may be one person and that nobody has decided about, oldest first.',
    tags: ['contacts'],
    access: { permission: 'contacts.read' },
    query: Joi.object<Query>({
      cursor: Joi.string().max(100),
      limit: Joi.number().integer().min(1).max(settings.maxPageSize).default(settings.pageSize),
    }),
    responses: { 200: { description: 'A page of suggestions.', schema: pageSchema(suggestionSchema) } },
    handle: async ({ tenantId, query }) => ok(await database.transaction(tenantId, (uow) => page(uow, query))),
  })
}

async function page(uow: UnitOfWork, { cursor, limit }: Query) {
  const rows = Suggestion.in(uow)
    .where('status', 'open')
    .orderBy('id')
    .limit(limit + 1)
  if (cursor !== undefined) rows.where('id', '>', decodeCursor(cursor))
  const found = await rows
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map(suggestionView), nextCursor: found.length > limit && last ? encodeCursor(last.id) : null }
}

export function dismissSuggestion({ database }: RouteContext): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/merge-suggestions/{id}',
    id: 'dismissMergeSuggestion',
    summary: 'Says that the two are different people; the pair is not suggested again.',
    tags: ['contacts'],
    access: { permission: 'contacts.write' },
    params: idParams,
    responses: { 204: { description: 'Dismissed.' }, 404: { description: 'There is no such open suggestion.' } },
    handle: async ({ tenantId, params }) => {
      const changed = await database.transaction(tenantId, async (uow) =>
        Suggestion.in(uow).where({ id: params.id, status: 'open' }).patch({ status: 'dismissed' }),
      )
      return changed === 1
        ? noContent()
        : problem(404, 'contact.suggestion-not-found', `There is no open suggestion ${params.id}.`)
    },
  })
}
