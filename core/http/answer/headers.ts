import type { Route } from '../../plugin/route.ts'
import type { HttpSettings } from '../settings.ts'

type Headers = Readonly<Record<string, string>>

/** An answer of the API shows nothing and loads nothing. */
const NOTHING_LOADS = "default-src 'none'"

const FRAMES = { none: "frame-ancestors 'none'", self: "frame-ancestors 'self'", any: 'frame-ancestors *' } as const

/**
 * The headers that every answer of a route carries unless its handler sets them itself. HSTS only where the outside address
 * is https: over plain http browsers ignore it, and a test set-up must not pin a host.
 */
export function securityHeaders(
  route: Pick<Route, 'frames' | 'csp' | 'cors'>,
  settings: HttpSettings,
  publicUrl: string | undefined,
): Headers {
  const frames = route.frames ?? 'none'
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    // Foreign pages may show what is made for frames, and read what any origin may call; nothing else leaves.
    'cross-origin-resource-policy': frames === 'any' || route.cors === 'any' ? 'cross-origin' : 'same-origin',
    'origin-agent-cluster': '?1',
    'x-permitted-cross-domain-policies': 'none',
    'content-security-policy': `${route.csp ?? NOTHING_LOADS}; ${FRAMES[frames]}`,
    ...(frames === 'any' ? {} : { 'x-frame-options': frames === 'self' ? 'SAMEORIGIN' : 'DENY' }),
    ...(publicUrl?.startsWith('https:')
      ? { 'strict-transport-security': `max-age=${settings.hstsMaxAgeSeconds}` }
      : {}),
  }
}

const REQUEST_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'If-None-Match',
  'Idempotency-Key',
  'X-Request-Id',
  'X-Correlation-Id',
]
const EXPOSED_HEADERS = ['X-Request-Id', 'Idempotency-Replayed', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'ETag']

/**
 * hapi's CORS settings for a route: every origin where the route says so, else the configured ones, else none. Never with
 * cookies: credentials travel in the Authorization header, which a foreign page does not have.
 */
export function corsOf(route: Pick<Route, 'cors'>, settings: HttpSettings) {
  const origin = route.cors === 'any' ? ['*'] : [...settings.corsOrigins]
  if (origin.length === 0) return false
  return { origin, headers: REQUEST_HEADERS, exposedHeaders: EXPOSED_HEADERS, credentials: false, maxAge: 600 }
}
