import type { RouteRequest } from '@parley/core'
import type { AccountsSettings } from '../settings.ts'

type Asked = Pick<RouteRequest, 'headers' | 'origin'>

const REFRESH = 'parley_refresh'
const ATTEMPT = 'parley_sign_in'
/** Nothing else of the installation ever sees them. */
const PATH = '/api/auth'

/** Browsers take `__Secure-` cookies from https only, so that no page of the same host over http can plant one. */
function named(name: string, { origin }: Asked): string {
  return origin.startsWith('https:') ? `__Secure-${name}` : name
}

function attributes({ origin }: Asked, sameSite: 'Strict' | 'Lax', seconds: number): string {
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `; Path=${PATH}; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}${secure}`
}

export function refreshCookie(request: Asked, token: string, { refreshTokenSeconds }: AccountsSettings): string {
  return `${named(REFRESH, request)}=${token}${attributes(request, 'Strict', refreshTokenSeconds)}`
}

export function noRefreshCookie(request: Asked): string {
  return `${named(REFRESH, request)}=${attributes(request, 'Strict', 0)}`
}

export function refreshTokenOf(request: Asked): string | undefined {
  return cookieOf(request, named(REFRESH, request))
}

/** Ties a sign-in at another service to the browser that began it. Lax: the way back comes from a foreign page. */
export function attemptCookie(request: Asked, value: string, { signInSeconds }: AccountsSettings): string {
  return `${named(ATTEMPT, request)}=${value}${attributes(request, 'Lax', signInSeconds)}`
}

export function attemptOf(request: Asked): string | undefined {
  return cookieOf(request, named(ATTEMPT, request))
}

/** RFC 6265 §4.2.1. Our values are base64url, so nothing needs decoding. */
function cookieOf({ headers }: Asked, name: string): string | undefined {
  const pairs = String(headers.cookie ?? '').split(';')
  const found = pairs.map((pair) => pair.trim()).find((pair) => pair.startsWith(`${name}=`))
  return found?.slice(name.length + 1) || undefined
}
