import { defineRoute, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { PLATFORM } from '../platform.ts'
import { refreshTokenOf } from '../sessions/cookie.ts'
import { crumbFits, crumbFor, foreignPage } from '../sessions/csrf.ts'
import { refresh, sessionOfToken } from '../sessions/refresh.ts'
import { granted, withoutCookie } from './grant.ts'
import { grantSchema, secretToken } from './schemas.ts'

const tags = ['auth']

export function refreshRoutes(parts: Parts): readonly Route[] {
  return [refreshRoute(parts), crumbRoute(parts)]
}

function refreshRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/refresh',
    id: 'refreshSession',
    summary:
      'Exchanges a refresh token, of the body or of the cookie, for new tokens. Using one twice ends its session.',
    tags,
    access: { public: 'The refresh token is the credential.' },
    cookies: true,
    payload: Joi.object<{ refreshToken?: string }>({ refreshToken: secretToken }),
    responses: {
      200: { description: 'New tokens.', schema: grantSchema },
      401: { description: 'The refresh token is unknown, expired, used, or its session has ended.' },
      403: { description: 'A cookie without its crumb, or from a foreign page.' },
      429: { description: 'Too many attempts.' },
    },
    async handle(request) {
      const given = request.payload.refreshToken
      const token = given ?? refreshTokenOf(request)
      if (token === undefined)
        return problem(401, 'accounts.refresh-refused', 'A refresh token is needed, in the body or in the cookie.')
      const cookie = given === undefined
      const foreign = cookie ? foreignPage(request) : undefined
      if (foreign !== undefined) return foreign
      const fits = (sessionId: string) => crumbFits(parts.signer, request, sessionId)
      const result = await refresh(parts, { token, cookie, crumbFits: fits })
      if (result.ok) return granted(parts, request, result.grant, cookie ? 'cookie' : 'body')
      if (result.reason === 'csrf-refused') return problem(403, `accounts.${result.reason}`, result.detail)
      const refused = problem(401, `accounts.${result.reason}`, result.detail)
      return cookie ? withoutCookie(request, refused) : refused
    },
  })
}

function crumbRoute({ database, signer, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/csrf',
    id: 'getCsrfToken',
    summary: 'The crumb for the session of the cookie: what a page that was loaded anew needs before it refreshes.',
    tags,
    access: { public: 'The cookie is the credential; other origins cannot read the answer.' },
    cookies: true,
    responses: {
      200: { description: 'The crumb.', schema: Joi.object({ csrfToken: Joi.string().required() }) },
      401: { description: 'There is no cookie, or its session has ended.' },
    },
    async handle(request) {
      const token = refreshTokenOf(request)
      const session =
        token === undefined ? undefined : await database.transaction(PLATFORM, (uow) => sessionOfToken(uow, token))
      if (session === undefined || session.revoked_at !== null)
        return problem(401, 'accounts.refresh-refused', 'There is no session in the cookie.')
      return ok({ csrfToken: crumbFor(signer, session.id, settings) })
    },
  })
}
