import { randomBytes } from 'node:crypto'
import Joi from 'joi'
import { cursorQuery, decodeCursor, page, pageSchema } from '../../http/cursor.ts'
import { created, defineRoute, noContent, ok, problem, type Reply, type Route } from '../../plugin/route.ts'
import type { EndpointPatch } from '../endpoint-store.ts'
import { endpointEntry } from './audit-entry.ts'
import type { ConnectionRouteParts } from './index.ts'
import { fieldError, noSuchEndpoint } from './refusals.ts'
import { cursorShape, endpointSchema, idParams, newSecrets, provider, secretName, secretsPatch } from './schemas.ts'
import { endpointView } from './views.ts'

interface NewEndpoint {
  readonly adapter: string
  readonly secrets: Record<string, string>
  readonly generate: readonly string[]
}

interface ListQuery {
  readonly cursor?: string
  readonly limit: number
}

const tags = ['connections']
const read = { permission: 'connections.read' }
const write = { permission: 'connections.write' }

/** The tenant's own webhook endpoints; app-level ones belong to the operator and are not seen here. */
export function endpointRoutes(parts: ConnectionRouteParts): readonly Route[] {
  return [listRoute(parts), createRoute(parts), changeRoute(parts), removeRoute(parts)]
}

function listRoute({ store, database }: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/endpoints',
    id: 'listEndpoints',
    summary: "The tenant's webhook endpoints, in the order they were made.",
    tags,
    access: read,
    query: Joi.object<ListQuery>(cursorQuery({ maxLimit: 200 })),
    responses: { 200: { description: 'A page of endpoints.', schema: pageSchema(endpointSchema) } },
    handle: async ({ tenantId, origin, query: { cursor, limit } }) => {
      const [after] = decodeCursor(cursor, cursorShape) ?? []
      const items = await database.transaction(tenantId, (uow) =>
        store.endpoints.list(uow, { ...(after === undefined ? {} : { after }), limit: limit + 1 }),
      )
      const found = page({ items, limit, cursorOf: ({ id }) => [id] })
      return ok({ items: found.items.map((endpoint) => endpointView(endpoint, origin)), next: found.next })
    },
  })
}

function createRoute(parts: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/endpoints',
    id: 'createEndpoint',
    summary: 'Makes a place where a vendor calls in.',
    tags,
    access: write,
    payload: Joi.object<NewEndpoint>({
      adapter: provider.required(),
      secrets: newSecrets.default({}),
      generate: Joi.array()
        .items(secretName)
        .max(5)
        .unique()
        .default([])
        .description(
          'Secrets that we choose and the vendor is told, as a verify token. They are shown in this answer only.',
        ),
    }).required(),
    responses: {
      201: {
        description: 'The endpoint, with the address to give to the vendor.',
        schema: endpointSchema.keys({ generated: Joi.object().pattern(secretName, Joi.string()) }),
      },
    },
    handle: async (request) => {
      const { tenantId, origin, payload } = request
      const generated = Object.fromEntries(
        payload.generate.map((name) => [name, randomBytes(24).toString('base64url')]),
      )
      const wanted = { adapter: payload.adapter, secrets: { ...payload.secrets, ...generated } }
      const refusal = unusable(parts, wanted)
      if (refusal !== undefined) return refusal
      return parts.database.transaction(tenantId, async (uow) => {
        const view = endpointView(await parts.store.endpoints.createIn(uow, wanted), origin)
        await parts.audit.record(uow, endpointEntry('endpoint.created', request, view.id, view))
        return created(payload.generate.length === 0 ? view : { ...view, generated })
      })
    },
  })
}

/** An endpoint that could never verify a call is not made. */
function unusable(
  { receiver }: ConnectionRouteParts,
  { adapter, secrets }: Pick<NewEndpoint, 'adapter' | 'secrets'>,
): Reply | undefined {
  const running = receiver(adapter)
  if (running === undefined) {
    const message = `No adapter "${adapter}" that takes webhooks is running.`
    return problem(400, 'endpoints.adapter-unknown', message, fieldError('adapter', message))
  }
  const missing = running.secrets.filter((name) => secrets[name] === undefined)
  if (missing.length === 0) return undefined
  return problem(400, 'endpoints.secrets-missing', `This adapter needs the secrets ${missing.join(', ')}.`, {
    errors: missing.map((name) => ({ field: `secrets.${name}`, message: 'is required' })),
  })
}

function changeRoute({ store, database, audit }: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/endpoints/{id}',
    id: 'updateEndpoint',
    summary: "Changes an endpoint's secrets, or switches it on or off.",
    tags,
    access: write,
    params: idParams,
    payload: Joi.object<EndpointPatch>({ secrets: secretsPatch, enabled: Joi.boolean() }).min(1).required(),
    responses: { 200: { description: 'The endpoint as it is now.', schema: endpointSchema } },
    handle: async (request) => {
      const { tenantId, origin, params, payload } = request
      return database.transaction(tenantId, async (uow) => {
        const endpoint = await store.endpoints.update(uow, params.id, payload)
        if (endpoint === undefined) return noSuchEndpoint(params.id)
        const view = endpointView(endpoint, origin)
        await audit.record(uow, endpointEntry('endpoint.changed', request, params.id, view))
        return ok(view)
      })
    },
  })
}

function removeRoute({ store, database, audit }: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/endpoints/{id}',
    id: 'removeEndpoint',
    summary: 'Removes an endpoint that no connection uses.',
    tags,
    access: write,
    params: idParams,
    responses: {
      204: { description: 'It is gone; calls to it are answered 404.' },
      409: { description: 'A connection uses it.' },
    },
    handle: async (request) => {
      const { id } = request.params
      const outcome = await database.transaction(request.tenantId, async (uow) => {
        const removed = await store.endpoints.remove(uow, id)
        if (removed === 'removed') await audit.record(uow, endpointEntry('endpoint.removed', request, id))
        return removed
      })
      if (outcome === 'not-found') return noSuchEndpoint(id)
      if (outcome === 'in-use') return problem(409, 'endpoints.in-use', 'A connection uses this endpoint.')
      return noContent()
    },
  })
}
