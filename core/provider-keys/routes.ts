import Joi from 'joi'
import { type Audit, auditActor } from '../contracts/ports/audit.ts'
import type { PermissionDefinition } from '../plugin/plugin.ts'
import {
  created,
  defineRoute,
  noContent,
  ok,
  problem,
  type Reply,
  type Route,
  type RouteRequest,
} from '../plugin/route.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import { INSTALLATION_KEYS, type KeyRotation } from './key-rotation.ts'
import type { NewProviderKey, ProviderKey, ProviderKeyPatch, ProviderKeyStore } from './provider-key-store.ts'

export const providerKeyPermissions = [
  {
    key: 'provider-keys.read',
    summary: 'See keys for services that are called, never the keys themselves.',
    roles: ['admin'],
  },
  {
    key: 'provider-keys.write',
    summary: 'Add, change and remove keys for services that are called.',
    roles: ['admin'],
  },
  { key: 'platform.provider-keys.read', summary: "See the installation's own keys for services.", roles: [] },
  { key: 'platform.provider-keys.write', summary: "Change the installation's own keys for services.", roles: [] },
] as const satisfies readonly PermissionDefinition[]

export interface ProviderKeyRouteParts {
  readonly store: ProviderKeyStore
  readonly rotation: Pick<KeyRotation, 'forget'>
  readonly database: Database
  readonly audit: Audit
}

/** The same four routes twice: for a tenant's own keys, and for the installation's. */
interface Whose {
  readonly path: string
  readonly permission: string
  /** `ProviderKey`, for the routes' ids. */
  readonly noun: string
  readonly whose: string
  readonly chain: 'tenant' | 'platform'
  tenantOf(request: Pick<RouteRequest, 'tenantId'>): string
}

const OWN: Whose = {
  path: '/api/provider-keys',
  permission: 'provider-keys',
  noun: 'ProviderKey',
  whose: "the tenant's",
  chain: 'tenant',
  tenantOf: ({ tenantId }) => tenantId,
}

const INSTALLATION: Whose = {
  path: '/api/platform/provider-keys',
  permission: 'platform.provider-keys',
  noun: 'PlatformProviderKey',
  whose: "the installation's",
  chain: 'platform',
  tenantOf: () => INSTALLATION_KEYS,
}

const tags = ['provider-keys']
const params = Joi.object<{ id: string }>({ id: Joi.string().uuid().required() })
const provider = Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,59}$/, 'lower case, digits and hyphens')
const name = Joi.string().min(1).max(200)
const secret = Joi.string().min(1).max(4000)
const priority = Joi.number().integer().min(0).max(1000).description('The lowest is used first.')
const time = Joi.string().isoDate().allow(null).required()
const keySchema = Joi.object({
  id: Joi.string().uuid().required(),
  provider: Joi.string().required(),
  name: Joi.string().required(),
  priority: Joi.number().integer().required(),
  enabled: Joi.boolean().required(),
  restingUntil: time.description('Until then the next key serves.'),
  restingFor: Joi.string().allow(null).required().description('`refused`, `throttled` or `exhausted`.'),
  uses: Joi.number().integer().required(),
  failures: Joi.number().integer().required(),
  lastUsedAt: time,
  createdAt: Joi.string().isoDate().required(),
})

export function providerKeyRoutes(parts: ProviderKeyRouteParts): readonly Route[] {
  return [OWN, INSTALLATION].flatMap((whose) => [
    listRoute(parts, whose),
    addRoute(parts, whose),
    changeRoute(parts, whose),
    removeRoute(parts, whose),
  ])
}

function listRoute({ store, database, audit }: ProviderKeyRouteParts, { tenantOf, ...whose }: Whose): Route {
  return defineRoute({
    method: 'GET',
    path: whose.path,
    id: `list${whose.noun}s`,
    summary: `Keys for services, ${whose.whose} own, in the order they are used.`,
    tags,
    access: { permission: `${whose.permission}.read` },
    query: Joi.object<{ provider?: string }>({ provider }),
    responses: {
      200: { description: 'The keys.', schema: Joi.object({ items: Joi.array().items(keySchema).required() }) },
    },
    handle: async (request) => {
      const items = await database.transaction(tenantOf(request), async (uow) => {
        const found = await store.list(uow, request.query.provider)
        const target = { kind: 'provider-key', id: '' }
        await audit.access(uow, {
          action: 'provider-keys.read',
          target,
          actor: auditActor(request),
          chain: whose.chain,
        })
        return found
      })
      return ok({ items: items.map(viewOf) })
    },
  })
}

function addRoute(parts: ProviderKeyRouteParts, whose: Whose): Route {
  return defineRoute({
    method: 'POST',
    path: whose.path,
    id: `add${whose.noun}`,
    summary: `Adds a key for a service to ${whose.whose} own.`,
    tags,
    access: { permission: `${whose.permission}.write` },
    payload: Joi.object<NewProviderKey>({
      provider: provider.required(),
      name: name.required(),
      secret: secret.required(),
      priority: priority.default(100),
    }).required(),
    responses: { 201: { description: 'The key, without its secret.', schema: keySchema } },
    handle: async (request) => {
      const key = await changing(parts, whose, request, 'provider-key.added', (uow) =>
        parts.store.create(uow, request.payload),
      )
      return key === undefined ? notFound('') : created(viewOf(key))
    },
  })
}

function changeRoute(parts: ProviderKeyRouteParts, whose: Whose): Route {
  return defineRoute({
    method: 'PATCH',
    path: `${whose.path}/{id}`,
    id: `change${whose.noun}`,
    summary: `Changes one of ${whose.whose} own keys; a new secret ends its rest.`,
    tags,
    access: { permission: `${whose.permission}.write` },
    params,
    payload: Joi.object<ProviderKeyPatch>({ name, priority, secret, enabled: Joi.boolean() }).min(1).required(),
    responses: { 200: { description: 'The key as it is now.', schema: keySchema } },
    handle: async (request) => {
      const { id } = request.params
      const key = await changing(parts, whose, request, 'provider-key.changed', (uow) =>
        parts.store.change(uow, id, request.payload),
      )
      return key === undefined ? notFound(id) : ok(viewOf(key))
    },
  })
}

function removeRoute(parts: ProviderKeyRouteParts, whose: Whose): Route {
  return defineRoute({
    method: 'DELETE',
    path: `${whose.path}/{id}`,
    id: `remove${whose.noun}`,
    summary: `Removes one of ${whose.whose} own keys.`,
    tags,
    access: { permission: `${whose.permission}.write` },
    params,
    responses: { 204: { description: 'It is gone.' } },
    handle: async (request) => {
      const { id } = request.params
      const gone = await changing(parts, whose, request, 'provider-key.removed', async (uow) => {
        const [key] = (await parts.store.list(uow)).filter((one) => one.id === id)
        return (await parts.store.remove(uow, id)) ? key : undefined
      })
      return gone === undefined ? notFound(id) : noContent()
    },
  })
}

/** One change in one transaction, audited, and known here at once. */
function changing(
  { database, audit, rotation }: ProviderKeyRouteParts,
  { tenantOf, chain }: Whose,
  request: Pick<RouteRequest, 'tenantId' | 'actor' | 'remoteAddress'>,
  action: string,
  work: (uow: UnitOfWork) => Promise<ProviderKey | undefined>,
): Promise<ProviderKey | undefined> {
  return database.transaction(tenantOf(request), async (uow) => {
    const key = await work(uow)
    if (key === undefined) return undefined
    const { id, provider: of, name: called, priority: rank, enabled } = key
    await audit.record(uow, {
      ...{ action, chain, target: { kind: 'provider-key', id }, actor: auditActor(request) },
      after: { provider: of, name: called, priority: rank, enabled },
    })
    uow.afterCommit(() => rotation.forget(uow.tenantId, of))
    return key
  })
}

function notFound(id: string): Reply {
  return problem(404, 'provider-keys.not-found', `There is no key ${id} here.`)
}

function viewOf(key: ProviderKey) {
  const { id, provider: of, name: called, priority: rank, enabled, restingFor, uses, failures } = key
  return {
    ...{ id, provider: of, name: called, priority: rank, enabled, restingFor, uses, failures },
    restingUntil: key.restingUntil?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    createdAt: key.createdAt.toISOString(),
  }
}
