import {
  cursorQuery,
  decodeCursor,
  defineRoute,
  ok,
  type Page,
  page,
  pageSchema,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { searchContacts } from '../directory/search.ts'
import { Contact, IDENTITIES, SHOWN } from '../models/contact.ts'
import type { RouteContext } from './context.ts'
import { contactSchema, place } from './schemas.ts'
import { viewOf } from './view.ts'

interface Query {
  readonly q?: string
  readonly cursor?: string
  readonly limit: number
}

/** Newest first. With `q`, the newest matches on one page. */
export function listContacts({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/contacts',
    id: 'listContacts',
    summary: 'Contacts, newest first; `q` finds them by the beginnings of words of a name, an address or a number.',
    tags: ['contacts'],
    access: { permission: 'contacts.read' },
    query: Joi.object<Query>({
      q: Joi.string().trim().min(1).max(200),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of contacts.', schema: pageSchema(contactSchema) } },
    handle: async ({ tenantId, query }) => ok(await database.transaction(tenantId, (uow) => read(uow, query))),
  })
}

async function read(uow: UnitOfWork, { q, cursor, limit }: Query): Promise<Page<ReturnType<typeof viewOf>>> {
  const rows = Contact.in(uow).alias('contact').select(SHOWN).select(Contact.raw(IDENTITIES)).orderBy('id', 'desc')
  if (q !== undefined) {
    const found = await rows.whereIn('id', [...(await searchContacts(uow, q, limit))])
    return { items: found.map(viewOf), next: null }
  }
  const [after] = decodeCursor(cursor, place) ?? []
  rows.whereNull('merged_into').limit(limit + 1)
  if (after !== undefined) rows.where('id', '<', after)
  const found = await rows
  return page({ items: found.map(viewOf), limit, cursorOf: (contact) => [contact.id] })
}
