import {
  auditActor,
  created,
  cursorQuery,
  decodeCursor,
  defineRoute,
  Joi,
  ok,
  page,
  pageSchema,
  problem,
  type Route,
  type Tenant,
} from '@parley/core'
import { unlessInvalid } from '../change-tenant.ts'
import type { Parts } from '../context.ts'
import { planName, STATUSES, tags, tenantParams, tenantSchema, tenantView } from './schemas.ts'

interface ListQuery {
  readonly search?: string
  readonly status?: Tenant['status']
  readonly plan?: string
  readonly cursor?: string
  readonly limit: number
}

interface NewTenantBody {
  readonly slug: string
  readonly name: string
  readonly region?: string
  readonly currency?: string
  readonly timeZone?: string
  readonly plan?: string
}

const cursorShape = Joi.array<[string]>().ordered(Joi.string().uuid().required())

/** Finding tenants, and making them. */
export function tenantRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), findRoute(parts), createRoute(parts)]
}

function listRoute({ tenants }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/tenants',
    id: 'listTenants',
    summary: 'All tenants, in the order they were made.',
    tags,
    access: { permission: 'platform.tenants.read' },
    query: Joi.object<ListQuery>({
      search: Joi.string().min(1).max(100).description('A part of the name or the slug.'),
      status: Joi.valid(...STATUSES),
      plan: planName,
      ...cursorQuery({ maxLimit: 200 }),
    }),
    responses: { 200: { description: 'A page of tenants.', schema: pageSchema(tenantSchema) } },
    handle: async ({ query: { search, cursor, limit, ...filter } }) => {
      const [after] = decodeCursor(cursor, cursorShape) ?? []
      const items = await tenants.search({
        ...filter,
        ...(search === undefined ? {} : { text: search }),
        ...(after === undefined ? {} : { after }),
        limit: limit + 1,
      })
      const found = page({ items, limit, cursorOf: ({ id }) => [id] })
      return ok({ items: found.items.map(tenantView), next: found.next })
    },
  })
}

function findRoute({ tenants }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/tenants/{id}',
    id: 'getTenant',
    summary: 'One tenant.',
    tags,
    access: { permission: 'platform.tenants.read' },
    params: tenantParams,
    responses: { 200: { description: 'The tenant.', schema: tenantSchema } },
    handle: async ({ params: { id } }) => {
      const tenant = await tenants.find(id)
      return tenant === undefined
        ? problem(404, 'tenant.not-found', `There is no tenant ${id}.`)
        : ok(tenantView(tenant))
    },
  })
}

function createRoute({ tenants, database, audit }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/platform/tenants',
    id: 'createTenant',
    summary: 'Makes a tenant. People join it by invitation.',
    tags,
    access: { permission: 'platform.tenants.write' },
    payload: Joi.object<NewTenantBody>({
      slug: Joi.string()
        .pattern(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case, digits and hyphens')
        .required(),
      name: Joi.string().min(1).max(200).required(),
      region: Joi.string().length(2).uppercase(),
      currency: Joi.string().length(3).uppercase(),
      timeZone: Joi.string().max(60),
      plan: planName,
    }).required(),
    responses: { 201: { description: 'The tenant.', schema: tenantSchema } },
    handle: async (request) => {
      const { payload, tenantId } = request
      const made = await unlessInvalid(() =>
        database.transaction(tenantId, async (uow) => {
          const result = await tenants.create(payload, uow)
          if (result.ok) {
            const target = { kind: 'tenant', id: result.tenant.id }
            const after = tenantView(result.tenant)
            await audit.record(uow, {
              ...{ action: 'tenant.created', target, after, chain: 'platform', actor: auditActor(request) },
            })
          }
          return result
        }),
      )
      if (made.ok) return created(tenantView(made.tenant))
      return problem(made.reason === 'invalid' ? 400 : 409, `tenant.${made.reason}`, made.detail)
    },
  })
}
