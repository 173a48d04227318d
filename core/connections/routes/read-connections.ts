import Joi from 'joi'
import { cursorQuery, decodeCursor, page, pageSchema } from '../../http/cursor.ts'
import { defineRoute, ok, type Route } from '../../plugin/route.ts'
import type { ConnectionRouteParts } from './index.ts'
import { noSuchConnection } from './refusals.ts'
import { connectionSchema, cursorShape, idParams, provider } from './schemas.ts'
import { connectionView } from './views.ts'

interface ListQuery {
  readonly provider?: string
  readonly cursor?: string
  readonly limit: number
}

const tags = ['connections']
const access = { permission: 'connections.read' }

export function readConnectionRoutes({ store, database }: ConnectionRouteParts): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/connections',
      id: 'listConnections',
      summary: "The tenant's accounts at outside systems, in the order they were connected.",
      tags,
      access,
      query: Joi.object<ListQuery>({ provider, ...cursorQuery({ maxLimit: 200 }) }),
      responses: { 200: { description: 'A page of connections.', schema: pageSchema(connectionSchema) } },
      handle: async ({ tenantId, origin, query: { cursor, limit, ...filter } }) => {
        const [after] = decodeCursor(cursor, cursorShape) ?? []
        const items = await database.transaction(tenantId, (uow) =>
          store.page(uow, { ...filter, ...(after === undefined ? {} : { after }), limit: limit + 1 }),
        )
        const found = page({ items, limit, cursorOf: ({ id }) => [id] })
        return ok({ items: found.items.map((one) => connectionView(one, origin)), next: found.next })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/connections/{id}',
      id: 'getConnection',
      summary: 'One connection.',
      tags,
      access,
      params: idParams,
      responses: { 200: { description: 'The connection.', schema: connectionSchema } },
      handle: async ({ tenantId, origin, params: { id } }) => {
        const connection = await store.get(tenantId, id)
        return connection === undefined ? noSuchConnection(id) : ok(connectionView(connection, origin))
      },
    }),
  ]
}
