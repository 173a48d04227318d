import { defineRoute, ok, problem, type Reply, type Result, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { SUPER_ADMIN } from '../domain/roles.ts'
import { type MoveRefusal, switchTeam, visitTenant } from '../sessions/move-session.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { uuid } from './schemas.ts'

const shared = { tags: ['auth'], access: OWN_ACCOUNT, idempotent: false } as const
const responses = {
  200: {
    description: 'An access token for the other tenant; the refresh token stays.',
    schema: Joi.object({
      accessToken: Joi.string().required(),
      tokenType: Joi.valid('Bearer').required(),
      expiresIn: Joi.number().integer().required(),
      tenantId: uuid.required(),
    }),
  },
  404: { description: 'There is no such active team for the caller.' },
}

export function moveRoutes(parts: Parts): readonly Route[] {
  return [switchRoute(parts), visitRoute(parts)]
}

function switchRoute(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'POST',
    path: '/api/auth/switch-team',
    id: 'switchTeam',
    summary: 'Goes on in another team of the caller’s, and ends a visit.',
    payload: Joi.object<{ tenantId: string }>({ tenantId: uuid.required() }),
    responses,
    handle: (request) =>
      asPerson(request, async (person) => {
        const { tenantId } = request.payload
        return moved(parts, tenantId, await switchTeam(parts, person, tenantId))
      }),
  })
}

function visitRoute(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'POST',
    path: '/api/auth/visit',
    id: 'visitTenant',
    summary: 'Opens a tenant for support, for an hour at most; reading only unless asked otherwise. SUPER_ADMIN only.',
    payload: Joi.object<{ tenantId: string; reason: string; role: 'viewer' | 'admin' }>({
      tenantId: uuid.required(),
      reason: Joi.string().trim().min(10).max(500).required().description('The tenant reads it.'),
      role: Joi.valid('viewer', 'admin').default('viewer'),
    }),
    responses,
    handle: (request) =>
      asPerson(request, async (person) => {
        if (person.actor.claims?.role !== SUPER_ADMIN)
          return problem(403, 'accounts.super-admin-only', 'This is for those who run the installation.')
        return moved(parts, request.payload.tenantId, await visitTenant(parts, person, request.payload))
      }),
  })
}

function moved({ settings }: Parts, tenantId: string, result: Result<{ accessToken: string }, MoveRefusal>): Reply {
  if (!result.ok) return problem(404, `accounts.${result.reason}`, result.detail)
  const { accessToken } = result
  return ok({ accessToken, tokenType: 'Bearer', expiresIn: settings.accessTokenSeconds, tenantId })
}
