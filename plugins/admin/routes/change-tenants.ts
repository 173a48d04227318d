import {
  type AuditActor,
  auditActor,
  defineRoute,
  Joi,
  ok,
  problem,
  type Refusal,
  type Reply,
  type Route,
  type TenantPatch,
} from '@parley/core'
import { type ChangeRefusal, changeTenant, resumption, suspension, type TenantChange } from '../change-tenant.ts'
import type { Parts } from '../context.ts'
import { planName, tags, tenantParams, tenantSchema, tenantView } from './schemas.ts'

interface BulkBody {
  readonly ids: readonly string[]
  readonly action: 'suspend' | 'resume' | 'change-plan'
  readonly reason?: string
  readonly plan?: string
}

const MOST_AT_ONCE = 100
const STATUS: Readonly<Record<ChangeRefusal, number>> = { 'not-found': 404, closed: 409, invalid: 400 }
const reason = Joi.string().min(1).max(500)
const answer = { 200: { description: 'The tenant as it is now.', schema: tenantSchema } }

/** Changing tenants: one, or many with a result for each. */
export function changeTenantRoutes(parts: Parts): readonly Route[] {
  return [changeRoute(parts), suspendRoute(parts), resumeRoute(parts), bulkRoute(parts)]
}

function changeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/platform/tenants/{id}',
    id: 'changeTenant',
    summary: "Changes a tenant's plan, name, region, currency or time zone.",
    tags,
    access: { permission: 'platform.tenants.write' },
    params: tenantParams,
    payload: Joi.object<TenantPatch>({
      name: Joi.string().min(1).max(200),
      plan: planName,
      region: Joi.string().length(2).uppercase(),
      currency: Joi.string().length(3).uppercase(),
      timeZone: Joi.string().max(60),
    })
      .min(1)
      .required(),
    responses: answer,
    handle: (request) =>
      change(parts, request.params.id, { action: 'tenant.changed', patch: request.payload, by: auditActor(request) }),
  })
}

function suspendRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/platform/tenants/{id}/suspend',
    id: 'suspendTenant',
    summary: 'Closes the API to a tenant; what vendors and customers send is still taken in.',
    tags,
    access: { permission: 'platform.tenants.write' },
    params: tenantParams,
    payload: Joi.object<{ reason: string }>({ reason: reason.required() }).required(),
    responses: answer,
    handle: (request) => change(parts, request.params.id, suspension(request.payload.reason, auditActor(request))),
  })
}

function resumeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/platform/tenants/{id}/resume',
    id: 'resumeTenant',
    summary: 'Opens the API to a suspended tenant again.',
    tags,
    access: { permission: 'platform.tenants.write' },
    params: tenantParams,
    responses: answer,
    handle: (request) => change(parts, request.params.id, resumption(auditActor(request))),
  })
}

function bulkRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/platform/tenants/bulk',
    id: 'changeTenants',
    summary: 'Does one thing to many tenants; each succeeds or fails by itself.',
    tags,
    access: { permission: 'platform.tenants.write' },
    payload: Joi.object<BulkBody>({
      ids: Joi.array().items(Joi.string().uuid()).min(1).max(MOST_AT_ONCE).unique().required(),
      action: Joi.valid('suspend', 'resume', 'change-plan').required(),
      reason: reason.when('action', { is: 'suspend', then: Joi.required() }),
      plan: planName.when('action', { is: 'change-plan', then: Joi.required(), otherwise: Joi.forbidden() }),
    }).required(),
    responses: {
      200: {
        description: 'What became of each.',
        schema: Joi.object({
          items: Joi.array()
            .items(
              Joi.object({
                id: Joi.string().uuid().required(),
                ok: Joi.boolean().required(),
                reason: Joi.string().description('Why not.'),
                detail: Joi.string(),
              }),
            )
            .required(),
        }),
      },
    },
    handle: async (request) => {
      const change = bulkChange(request.payload, auditActor(request))
      const items: object[] = []
      for (const id of request.payload.ids) {
        const result = await changeTenant(parts, id, change)
        items.push(result.ok ? { id, ok: true } : { id, ok: false, reason: result.reason, detail: result.detail })
      }
      return ok({ items })
    },
  })
}

function bulkChange({ action, reason = '', plan = '' }: BulkBody, by: AuditActor): TenantChange {
  if (action === 'suspend') return suspension(reason, by)
  return action === 'resume' ? resumption(by) : { action: 'tenant.changed', patch: { plan }, by }
}

async function change(parts: Parts, id: string, wanted: TenantChange): Promise<Reply> {
  const result = await changeTenant(parts, id, wanted)
  return result.ok ? ok(tenantView(result.tenant)) : refused(result)
}

function refused({ reason, detail }: Refusal<ChangeRefusal>): Reply {
  return problem(STATUS[reason], `tenant.${reason}`, detail)
}
