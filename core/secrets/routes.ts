import Joi from 'joi'
import { type Audit, auditActor } from '../contracts/ports/audit.ts'
import type { PermissionDefinition } from '../plugin/plugin.ts'
import { accepted, defineRoute, noContent, ok, problem, type Route } from '../plugin/route.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { KeyAdmin, KeyStatus, RetireRefusal } from './key-admin.ts'

export const keyPermissions = [
  { key: 'platform.keys.read', summary: 'See the keys that seal secrets, never the keys themselves.', roles: [] },
  { key: 'platform.keys.write', summary: 'Rotate and retire the keys that seal secrets.', roles: [] },
] as const satisfies readonly PermissionDefinition[]

export interface KeyRouteParts {
  readonly keys: KeyAdmin
  readonly database: Database
  readonly audit: Audit
}

const tags = ['platform']
const time = Joi.string().isoDate()
const count = Joi.number().integer().required()
const STATUS: Readonly<Record<RetireRefusal, number>> = {
  'not-found': 404,
  'in-use': 409,
  'under-way': 409,
  'too-early': 409,
}

const keySchema = Joi.object({
  id: Joi.string().required(),
  state: Joi.valid('coming', 'sealing', 'opening').required().description('`sealing`: what is new is under this one.'),
  createdAt: time.required(),
  activeAt: time.required(),
  resealedAt: time.allow(null).required().description('Since then everything older is under this key too.'),
  reseal: Joi.object({ tenants: count, done: count, resealed: count, unreadable: count }).required(),
})

/** The ring, for those who run the installation. */
export function keyRoutes(parts: KeyRouteParts): readonly Route[] {
  return [statusRoute(parts), rotateRoute(parts), retireRoute(parts)]
}

function statusRoute({ keys, database, audit }: KeyRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/keys',
    id: 'listRingKeys',
    summary: 'The keys that seal secrets, and how far sealing anew has come. Empty while only the root key seals.',
    tags,
    access: { permission: 'platform.keys.read' },
    responses: {
      200: { description: 'The keys.', schema: Joi.object({ items: Joi.array().items(keySchema).required() }) },
    },
    handle: async (request) => {
      const items = await keys.status()
      await database.transaction(request.tenantId, (uow) =>
        audit.access(uow, {
          ...{
            action: 'keys.read',
            target: { kind: 'key-ring', id: '' },
            chain: 'platform',
            actor: auditActor(request),
          },
        }),
      )
      return ok({ items: items.map(viewOf) })
    },
  })
}

function rotateRoute({ keys }: KeyRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/platform/keys/rotation',
    id: 'rotateRingKey',
    summary: 'Makes a new key. Every process comes to know it, then it seals, then everything older is sealed anew.',
    tags,
    access: { permission: 'platform.keys.write' },
    responses: {
      202: {
        description: 'The new key.',
        schema: Joi.object({ id: Joi.string().required(), activeAt: time.required() }),
      },
    },
    handle: async (request) => {
      const made = await keys.rotate(auditActor(request))
      if (!made.ok) return problem(409, `keys.${made.reason}`, made.detail)
      return accepted({ id: made.id, activeAt: made.activeAt.toISOString() })
    },
  })
}

function retireRoute({ keys }: KeyRouteParts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/platform/keys/{id}',
    id: 'retireRingKey',
    summary: 'Takes an old key away for good, once nothing is sealed with it.',
    tags,
    access: { permission: 'platform.keys.write' },
    params: Joi.object<{ id: string }>({ id: Joi.string().max(40).required() }),
    query: Joi.object<{ now: boolean }>({
      now: Joi.boolean()
        .default(false)
        .description('Also while tokens that it signed may still be valid: that ends them.'),
    }),
    responses: { 204: { description: 'It is gone.' } },
    handle: async (request) => {
      const gone = await keys.retire(request.params.id, auditActor(request), { now: request.query.now })
      return gone.ok ? noContent() : problem(STATUS[gone.reason], `keys.${gone.reason}`, gone.detail)
    },
  })
}

function viewOf({ id, state, createdAt, activeAt, resealedAt, reseal }: KeyStatus) {
  return {
    ...{ id, state, reseal },
    createdAt: createdAt.toISOString(),
    activeAt: activeAt.toISOString(),
    resealedAt: resealedAt?.toISOString() ?? null,
  }
}
