import Joi from 'joi'
import { type Audit, type AuditActor, type AuditEntry, auditActor } from '../contracts/ports/audit.ts'
import { cursorQuery, decodeCursor, page, pageSchema } from '../http/cursor.ts'
import { type Actor, created, defineRoute, noContent, ok, problem, type Reply, type Route } from '../plugin/route.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { ApiKey, ApiKeys } from './api-keys.ts'
import { mayGrant, scopeSchema } from './permits.ts'

export interface ApiKeyRouteParts {
  readonly keys: ApiKeys
  readonly database: Database
  readonly clock: Clock
  readonly audit: Audit
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
  return [listRoute(parts), createRoute(parts), rotateRoute(parts), revokeRoute(parts)]
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

function createRoute({ keys, database, clock, audit }: ApiKeyRouteParts): Route {
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
    handle: async (request) => {
      const {
        tenantId,
        payload: { expiresAt, ...wanted },
      } = request
      const refusal = beyondOwn(request.actor, wanted.scopes)
      if (refusal !== undefined) return refusal
      const expires = expiresAt === undefined ? undefined : new Date(expiresAt)
      if (expires !== undefined && expires <= clock.now()) {
        const message = 'must lie in the future'
        return problem(400, 'api-keys.expired', `expiresAt ${message}.`, { errors: [{ field: 'expiresAt', message }] })
      }
      const made = await database.transaction(tenantId, async (uow) => {
        const key = await keys.create(uow, expires === undefined ? wanted : { ...wanted, expiresAt: expires })
        await audit.record(uow, entryOf('api-key.created', key.record, auditActor(request)))
        return key
      })
      return created({ ...viewOf(made.record), key: made.key })
    },
  })
}

function rotateRoute({ keys, database, audit }: ApiKeyRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/api-keys/{id}/rotation',
    id: 'rotateApiKey',
    summary: 'Makes a key that replaces one, with the same rights; the old one works for a while yet.',
    tags,
    access: { permission: 'api-keys.write' },
    idempotent: false,
    params: Joi.object<{ id: string }>({ id: Joi.string().uuid().required() }),
    payload: Joi.object<{ overlapSeconds: number }>({
      overlapSeconds: Joi.number()
        .integer()
        .min(0)
        .max(Math.floor(keys.maxOverlapMs / 1000))
        .default(3600)
        .description('How long the old key goes on working.'),
    }),
    responses: {
      201: { description: 'The new key.', schema: Joi.object({ ...record, key: Joi.string().required() }) },
    },
    handle: async (request) => {
      const { id } = request.params
      return database.transaction(request.tenantId, async (uow) => {
        const old = await keys.find(uow, id)
        if (old === undefined) return notFound(id)
        const refusal = beyondOwn(request.actor, old.scopes)
        if (refusal !== undefined) return refusal
        const made = await keys.rotate(uow, old, request.payload.overlapSeconds * 1000)
        if (made === undefined) return problem(409, 'api-keys.ended', `The key ${id} has ended: make a new one.`)
        await audit.record(uow, {
          ...entryOf('api-key.rotated', old, auditActor(request)),
          after: { by: made.record.id },
        })
        return created({ ...viewOf(made.record), key: made.key })
      })
    },
  })
}

function revokeRoute({ keys, database, audit }: ApiKeyRouteParts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/api-keys/{id}',
    id: 'revokeApiKey',
    summary: 'Ends a key, here at once and everywhere within five seconds.',
    tags,
    access: { permission: 'api-keys.write' },
    params: Joi.object<{ id: string }>({ id: Joi.string().uuid().required() }),
    responses: { 204: { description: 'It is revoked.' } },
    handle: async (request) => {
      const { id } = request.params
      const revoked = await database.transaction(request.tenantId, async (uow) => {
        const key = (await keys.revoke(uow, id)) ? await keys.find(uow, id) : undefined
        if (key !== undefined) await audit.record(uow, entryOf('api-key.revoked', key, auditActor(request)))
        return key
      })
      return revoked === undefined ? notFound(id) : noContent()
    },
  })
}

/** Nobody gives more than they have. */
function beyondOwn(actor: Actor | undefined, scopes: readonly string[]): Reply | undefined {
  const beyond = scopes.filter((scope) => actor === undefined || !mayGrant(actor, scope))
  if (beyond.length === 0) return undefined
  return problem(403, 'api-keys.beyond-own', `Nobody gives more than they have: ${beyond.join(', ')}.`)
}

function entryOf(action: string, { id, name, scopes }: ApiKey, actor: AuditActor): AuditEntry {
  return { action, target: { kind: 'api-key', id }, actor, after: { name, scopes } }
}

function notFound(id: string): Reply {
  return problem(404, 'api-keys.not-found', `There is no API key ${id} in this tenant.`)
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
