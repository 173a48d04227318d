import { defineRoute, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { foreignPage } from '../sessions/csrf.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { login } from '../signing-in/login.ts'
import { passSecondFactor } from '../two-factor/pass.ts'
import { signInReply, teamRefused } from './grant.ts'
import {
  challengeSchema,
  email,
  grantSchema,
  password,
  secretToken,
  type Transport,
  transport,
  uuid,
} from './schemas.ts'

const tags = ['auth']

export function loginRoutes(parts: Parts): readonly Route[] {
  return [passwordRoute(parts), codeRoute(parts)]
}

function passwordRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/login',
    id: 'login',
    summary: 'Signs in with email and password.',
    tags,
    access: { public: 'Whoever signs in has no token yet.' },
    limit: 'auth',
    payload: Joi.object<{ email: string; password: string; tenantId?: string; transport: Transport }>({
      email: email.required(),
      password: password.required(),
      tenantId: uuid.description('Which of the person’s tenants; the first otherwise.'),
      transport,
    }),
    responses: {
      200: { description: 'Signed in.', schema: grantSchema },
      202: {
        description: 'The password is right, and the code of the second factor is wanted.',
        schema: challengeSchema,
      },
      401: { description: 'The address or the password is wrong.' },
      403: { description: 'The account belongs to no such team, or the team is suspended.' },
      429: { description: 'Too many attempts.' },
    },
    async handle(request) {
      const { transport, ...wanted } = request.payload
      const foreign = transport === 'cookie' ? foreignPage(request) : undefined
      if (foreign !== undefined) return foreign
      const result = await login(parts, { ...wanted, client: clientOf(request) })
      if (result.ok) return signInReply(parts, request, result, transport)
      if (result.reason !== 'login-refused') return teamRefused(result.reason, result.detail)
      return problem(401, 'accounts.login-refused', result.detail)
    },
  })
}

function codeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/login/second-factor',
    id: 'loginSecondFactor',
    summary: 'Ends a sign-in with a code of the authenticator app, or with a recovery code.',
    tags,
    access: { public: 'Whoever signs in has no token yet.' },
    limit: 'auth',
    payload: Joi.object<{ challenge: string; code?: string; recoveryCode?: string; transport: Transport }>({
      challenge: secretToken.required(),
      code: Joi.string().pattern(/^\d{6}$/, 'six digits'),
      recoveryCode: Joi.string().max(60),
      transport,
    }).xor('code', 'recoveryCode'),
    responses: {
      200: { description: 'Signed in.', schema: grantSchema },
      401: { description: 'The code is wrong, or the challenge has ended.' },
      403: { description: 'The account belongs to no team, or the team is suspended.' },
      429: { description: 'Too many attempts.' },
    },
    async handle(request) {
      const { transport, ...answer } = request.payload
      const foreign = transport === 'cookie' ? foreignPage(request) : undefined
      if (foreign !== undefined) return foreign
      const result = await passSecondFactor(parts, { ...answer, client: clientOf(request) })
      if (result.ok) return signInReply(parts, request, result, transport)
      if (result.reason === 'no-team' || result.reason === 'team-suspended')
        return teamRefused(result.reason, result.detail)
      return problem(401, `accounts.${result.reason}`, result.detail)
    },
  })
}
