import { defineRoute, ok, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { searchContacts } from '../directory/search.ts'
import { Contact, IDENTITIES, SHOWN } from '../models/contact.ts'
import type { RouteContext } from './context.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { contactSchema, pageSchema } from './schemas.ts'
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
      cursor: Joi.string().max(100),
      limit: Joi.number().integer().min(1).max(settings.maxPageSize).default(settings.pageSize),
    }),
    responses: { 200: { description: 'A page of contacts.', schema: pageSchema(contactSchema) } },
    handle: async ({ tenantId, query }) => ok(await database.transaction(tenantId, (uow) => page(uow, query))),
  })
}

async function page(uow: UnitOfWork, { q, cursor, limit }: Query) {
  const rows = Contact.in(uow).alias('contact').select(SHOWN).select(Contact.raw(IDENTITIES)).orderBy('id', 'desc')
  if (q !== undefined) {
    const found = await rows.whereIn('id', [...(await searchContacts(uow, q, limit))])
    return { items: found.map(viewOf), nextCursor: null }
  }
  rows.whereNull('merged_into').limit(limit + 1)
  if (cursor !== undefined) rows.where('id', '<', decodeCursor(cursor))
  const found = await rows
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map(viewOf), nextCursor: found.length > limit && last ? encodeCursor(last.id) : null }
}
