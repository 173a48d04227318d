import { defineRoute, noContent, problem, type Route, type RouteRequest, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { PLATFORM } from '../platform.ts'
import { refreshTokenOf } from '../sessions/cookie.ts'
import { crumbFits, foreignPage } from '../sessions/csrf.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { sessionOfToken } from '../sessions/refresh.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { withoutCookie } from './grant.ts'
import { secretToken } from './schemas.ts'

const tags = ['auth']

export function logoutRoutes(parts: Parts): readonly Route[] {
  return [logoutRoute(parts), everywhereRoute(parts)]
}

function logoutRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/logout',
    id: 'logout',
    summary: 'Ends the session of the access token, of the refresh token in the body, or of the cookie.',
    tags,
    access: { public: 'Whoever holds a token of a session may end it, also when the access token has expired.' },
    cookies: true,
    payload: Joi.object<{ refreshToken?: string }>({ refreshToken: secretToken }),
    responses: { 204: { description: 'Signed out, or there was nothing to sign out of.' } },
    async handle(request) {
      const cookie = refreshTokenOf(request)
      const foreign = cookie === undefined ? undefined : foreignPage(request)
      if (foreign !== undefined) return foreign
      const outcome = await parts.database.transaction(PLATFORM, (uow) => endNamed(uow, parts, request, cookie))
      if (outcome === 'foreign-cookie')
        return problem(
          403,
          'accounts.csrf-refused',
          'The X-CSRF-Token header does not belong to the session of the cookie.',
        )
      return cookie === undefined ? noContent() : withoutCookie(request, noContent())
    },
  })
}

async function endNamed(
  uow: UnitOfWork,
  parts: Parts,
  request: RouteRequest<unknown, unknown, { refreshToken?: string }>,
  cookie: string | undefined,
): Promise<'done' | 'foreign-cookie'> {
  const ids = new Set<string>()
  const bearer = /^bearer\s+(\S+)$/i.exec(String(request.headers.authorization ?? ''))?.[1]
  const claims = bearer === undefined ? undefined : parts.access.verify(bearer)
  if (claims !== undefined) ids.add(claims.sid)
  const { refreshToken } = request.payload
  const named = refreshToken === undefined ? undefined : await sessionOfToken(uow, refreshToken)
  if (named !== undefined) ids.add(named.id)
  const kept = cookie === undefined ? undefined : await sessionOfToken(uow, cookie)
  if (kept !== undefined) {
    if (!crumbFits(parts.signer, request, kept.id)) return 'foreign-cookie'
    ids.add(kept.id)
  }
  for (const id of ids) await endSessions(uow, parts, { id }, 'signed-out')
  return 'done'
}

function everywhereRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/logout-everywhere',
    id: 'logoutEverywhere',
    summary: 'Ends all sessions of the caller, this one too.',
    tags,
    access: OWN_ACCOUNT,
    responses: { 204: { description: 'Signed out on all devices.' } },
    handle: (request) =>
      asPerson(request, async ({ userId }) => {
        await parts.database.transaction(PLATFORM, (uow) => endSessions(uow, parts, { userId }, 'signed-out'))
        return withoutCookie(request, noContent())
      }),
  })
}
