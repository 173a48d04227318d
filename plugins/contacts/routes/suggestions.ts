import {
  cursorQuery,
  decodeCursor,
  defineRoute,
  noContent,
  ok,
  type Page,
  page,
  pageSchema,
  problem,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { Suggestion } from '../models/merge.ts'
import type { RouteContext } from './context.ts'
import { idParams, place, suggestionSchema } from './schemas.ts'
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
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of suggestions.', schema: pageSchema(suggestionSchema) } },
    handle: async ({ tenantId, query }) => ok(await database.transaction(tenantId, (uow) => read(uow, query))),
  })
}

async function read(uow: UnitOfWork, { cursor, limit }: Query): Promise<Page<ReturnType<typeof suggestionView>>> {
  const [after] = decodeCursor(cursor, place) ?? []
  const rows = Suggestion.in(uow)
    .where('status', 'open')
    .orderBy('id')
    .limit(limit + 1)
  if (after !== undefined) rows.where('id', '>', after)
  const found = await rows
  return page({ items: found.map(suggestionView), limit, cursorOf: (suggestion) => [suggestion.id] })
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
