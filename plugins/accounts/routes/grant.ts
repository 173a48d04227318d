import { problem, type Reply, type RouteRequest } from '@parley/core'
import type { Parts } from '../context.ts'
import { noRefreshCookie, refreshCookie } from '../sessions/cookie.ts'
import { crumbFor } from '../sessions/csrf.ts'
import type { Grant } from '../sessions/open-session.ts'
import type { SignedIn, SignInRefusal } from '../signing-in/sign-in.ts'
import type { Transport } from './schemas.ts'

type Asked = Pick<RouteRequest, 'headers' | 'origin'>

/** Tokens as an answer: the refresh token in the body, or in the cookie with a crumb beside it. */
export function granted(
  { settings, signer }: Pick<Parts, 'settings' | 'signer'>,
  request: Asked,
  grant: Grant,
  transport: Transport,
  status: 200 | 201 = 200,
): Reply {
  const { accessToken, refreshToken, userId, tenantId, sessionId } = grant
  const shared = {
    ...{ accessToken, tokenType: 'Bearer', expiresIn: settings.accessTokenSeconds },
    ...{ refreshExpiresIn: settings.refreshTokenSeconds, userId, tenantId },
  }
  if (transport === 'body') return { status, body: { ...shared, refreshToken } }
  return {
    status,
    body: { ...shared, csrfToken: crumbFor(signer, sessionId, settings) },
    headers: { 'set-cookie': refreshCookie(request, refreshToken, settings) },
  }
}

/** What a sign-in came to. */
export function signInReply(parts: Parts, request: Asked, signedIn: SignedIn, transport: Transport): Reply {
  if (signedIn.step === 'done') return granted(parts, request, signedIn.grant, transport)
  return { status: 202, body: { challenge: signedIn.challenge, expiresIn: parts.settings.secondFactorSeconds } }
}

export function teamRefused(reason: SignInRefusal, detail: string): Reply {
  return problem(403, `accounts.${reason}`, detail)
}

/** Takes the cookie away. */
export function withoutCookie(request: Asked, reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, 'set-cookie': noRefreshCookie(request) } }
}
