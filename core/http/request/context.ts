import type { Request } from '@hapi/hapi'
import { newId } from '../../plugin/new-id.ts'
import type { Actor } from '../../plugin/route.ts'
import type { Verdict } from '../limits/verdict.ts'

/** What we know of a request beyond hapi. */
export interface RequestContext {
  readonly requestId: string
  readonly correlationId: string
  /** Set once the credential is known. */
  actor?: Actor
  /** What the limits said of it. */
  verdicts?: readonly Verdict[]
}

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    parley?: RequestContext
  }
}

/** Ids that may come from outside: no spaces, no control characters, nothing that could break a log line. */
const SANE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,127}$/

export function saneId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && SANE_ID.test(value) ? value : undefined
}

/** The request's context: its `X-Request-Id` and `X-Correlation-Id` when sane, a UUIDv7 otherwise. Made when first asked for. */
export function contextOf(request: Request): RequestContext {
  const known = request.app.parley
  if (known !== undefined) return known
  const { headers } = request.raw.req
  const requestId = saneId(headers['x-request-id']) ?? newId()
  const context = { requestId, correlationId: saneId(headers['x-correlation-id']) ?? requestId }
  request.app.parley = context
  return context
}
