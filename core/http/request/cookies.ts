import type { IncomingHttpHeaders } from 'node:http'
import type { Request } from '@hapi/hapi'
import type { Route } from '../../plugin/route.ts'
import { Refused } from '../answer/refused.ts'
import { type OriginRules, originOf } from './origin.ts'

const FOREIGN = {
  status: 403,
  code: 'csrf.refused',
  detail: 'A cookie is taken from pages of this address only.',
}

/**
 * The headers as a route may see them. A browser sends its cookies whoever made it call, so they are withheld from every route
 * that does not ask for them: none can come to trust one unprotected. From a route that does, a call that changes something is
 * taken only from a page of our own address. Throws {@link Refused} 403.
 */
export function headersFor(
  { method, cookies }: Pick<Route, 'method' | 'cookies'>,
  request: Request,
  rules: OriginRules,
): IncomingHttpHeaders {
  const { headers } = request.raw.req
  if (headers.cookie === undefined) return headers
  if (cookies !== true) {
    const { cookie: _, ...rest } = headers
    return rest
  }
  if (method !== 'GET' && !isOurPage(headers, originOf(request, rules))) throw new Refused(FOREIGN)
  return headers
}

/** By `Origin`; by `Sec-Fetch-Site` where a browser leaves that out. Who sends neither is no page. */
function isOurPage(headers: IncomingHttpHeaders, origin: string): boolean {
  return headers.origin === undefined ? headers['sec-fetch-site'] === 'same-origin' : headers.origin === origin
}
