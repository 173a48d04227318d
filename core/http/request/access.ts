import type { Request, ServerAuthScheme } from '@hapi/hapi'
import type { Access } from '../../plugin/route.ts'
import { Refused } from '../answer/refused.ts'
import type { RequestLimiter } from '../limits/limit-request.ts'
import type { Gate } from '../options.ts'
import type { Authentication, Recognized } from './authentication.ts'
import { contextOf } from './context.ts'

/** What a mounted route tells the access check. */
export interface Guarded {
  readonly pluginId: string
  readonly access: Access
  readonly flag?: string
}

declare module '@hapi/hapi' {
  interface RouteOptionsApp {
    guarded?: Guarded
    /** The route's id in the contract. */
    routeId?: string
  }
}

const CLOSED = { status: 404, code: 'route.not-found', detail: 'There is nothing at this path.' }

/**
 * hapi's authentication scheme for all routes with a permission or a scheme. Runs before the body is read: an unknown
 * credential, a missing permission or a closed gate costs no upload. A closed gate looks like a route that does not exist.
 */
export function accessScheme(authentication: Authentication, gate: Gate, limiter: RequestLimiter): ServerAuthScheme {
  return () => ({
    authenticate: async (request, h) => {
      const guarded = request.route.settings.app?.guarded
      const recognized = await recognize(request, authentication, limiter, guarded?.access)
      contextOf(request).actor = recognized.actor
      await limiter.known(request, recognized.actor)
      if (guarded !== undefined) {
        // Asked at once: for a tenant that nobody has heard of for a moment each is a query.
        const [open, refusal] = await Promise.all([
          gate(guarded.pluginId, recognized.actor.tenantId, guarded.flag),
          authentication.refusal(guarded.access, recognized),
        ])
        if (!open) throw new Refused(CLOSED)
        if (refusal !== undefined) throw new Refused(refusal)
      }
      return h.authenticated({ credentials: { recognized } })
    },
  })
}

/** The gate of a public route, which no authentication runs for. */
export async function publicGate(gate: Gate, { pluginId, flag }: Omit<Guarded, 'access'>): Promise<void> {
  if (!(await gate(pluginId, '', flag))) throw new Refused(CLOSED)
}

declare module '@hapi/hapi' {
  interface AuthCredentials {
    recognized?: Recognized
  }
}

async function recognize(
  request: Request,
  authentication: Authentication,
  limiter: RequestLimiter,
  access: Access = { permission: '' },
) {
  const header = request.raw.req.headers.authorization
  const recognized = await authentication.recognize(header)
  const wrongScheme = recognized !== undefined && 'scheme' in access && access.scheme !== recognized.scheme
  if (recognized !== undefined && !wrongScheme) return recognized
  limiter.unknown(request)
  throw new Refused(authentication.challenge(access, header !== undefined))
}
