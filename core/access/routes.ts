import Joi from 'joi'
import { cursorQuery, decodeCursor, page, pageSchema } from '../http/cursor.ts'
import { created, defineRoute, noContent, ok, problem, type Route } from '../plugin/route.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { ApiKey, ApiKeys } from './api-keys.ts'
import { mayGrant, scopeSchema } from './permits.ts'

export interface ApiKeyRouteParts {
  readonly keys: ApiKeys
  readonly database: Database
  readonly clock: Clock
}

interface NewKeyBody {
  readonly name: string
  readonly scopes: readonly string[]
  readonly mode: 'live' | 'test'
  readonly expiresAt?: string
}

interface ListQuery {
  readonly cursor?: string
  readonly limit: number
}

const tags = ['api-keys']
const time = Joi.string().isoDate()
const record = {
  id: Joi.string().uuid().required(),
  name: Joi.string().required(),
  prefix: Joi.string().required().description('The first characters, to recognise the key by.'),
  scopes: Joi.array().items(Joi.string()).required(),
  createdAt: time.required(),
  expiresAt: time.allow(null).required(),
  lastUsedAt: time.allow(null).required().description('To the minute.'),
  revokedAt: time.allow(null).required(),
}
const cursorShape = Joi.array<[string]>().ordered(Joi.string().uuid().required())

export function apiKeyRoutes(parts: ApiKeyRouteParts): readonly Route[] {
  return [listRoute(parts), createRoute(parts), revokeRoute(parts)]
}

function listRoute({ keys, database }: ApiKeyRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/api-keys',
    id: 'listApiKeys',
    summary: "The tenant's API keys, revoked and expired ones too, in the order they were made.",
    tags,
    access: { permission: 'api-keys.read' },
    query: Joi.object<ListQuery>(cursorQuery({ maxLimit: 200 })),
    responses: {
      200: { description: 'A page of keys, without the keys themselves.', schema: pageSchema(Joi.object(record)) },
    },
    handle: async ({ tenantId, query: { cursor, limit } }) => {
      const [after] = decodeCursor(cursor, cursorShape) ?? []
      const items = await database.transaction(tenantId, (uow) =>
        keys.list(uow, { ...(after === undefined ? {} : { after }), limit: limit + 1 }),
      )
      const found = page({ items, limit, cursorOf: ({ id }) => [id] })
      return ok({ items: found.items.map(viewOf), next: found.next })
    },
  })
}

function createRoute({ keys, database, clock }: ApiKeyRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/api-keys',
    id: 'createApiKey',
    summary: 'Makes an API key; the answer is the only time it is shown.',
    tags,
    access: { permission: 'api-keys.write' },
    // An answer that is kept for repeating would be the key in clear.
    idempotent: false,
    payload: Joi.object<NewKeyBody>({
      name: Joi.string().min(1).max(200).required(),
      scopes: Joi.array().items(scopeSchema).min(1).max(100).unique().required(),
      mode: Joi.valid('live', 'test').default('live'),
      expiresAt: time,
    }).required(),
    responses: { 201: { description: 'The key.', schema: Joi.object({ ...record, key: Joi.string().required() }) } },
    handle: async ({ tenantId, actor, payload: { expiresAt, ...wanted } }) => {
      const beyond = wanted.scopes.filter((scope) => actor === undefined || !mayGrant(actor, scope))
      if (beyond.length > 0)
        return problem(403, 'api-keys.beyond-own', `Nobody gives more than they have: ${beyond.join(', ')}.`)
      const expires = expiresAt === undefined ? undefined : new Date(expiresAt)
      if (expires !== undefined && expires <= clock.now()) {
        const message = 'must lie in the future'
        return problem(400, 'api-keys.expired', `expiresAt ${message}.`, { errors: [{ field: 'expiresAt', message }] })
      }
      const made = await database.transaction(tenantId, (uow) =>
        keys.create(uow, expires === undefined ? wanted : { ...wanted, expiresAt: expires }),
      )
      return created({ ...viewOf(made.record), key: made.key })
    },
  })
}

function revokeRoute({ keys, database }: ApiKeyRouteParts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/api-keys/{id}',
    id: 'revokeApiKey',
    summary: 'Ends a key, here at once and everywhere within five seconds.',
    tags,
    access: { permission: 'api-keys.write' },
    params: Joi.object<{ id: string }>({ id: Joi.string().uuid().required() }),
    responses: { 204: { description: 'It is revoked.' } },
    handle: async ({ tenantId, params: { id } }) => {
      const revoked = await database.transaction(tenantId, (uow) => keys.revoke(uow, id))
      return revoked ? noContent() : problem(404, 'api-keys.not-found', `There is no API key ${id} in this tenant.`)
    },
  })
}

function viewOf(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  }
}
