import { isIP } from 'node:net'
import type { Request } from '@hapi/hapi'
import type { OriginRules } from './origin.ts'

/**
 * The caller's network address. Behind a trusted proxy it is the last one in `X-Forwarded-For`: the proxy added that itself,
 * all before it is what the caller claims.
 */
export function remoteAddressOf(request: Request, rules: Pick<OriginRules, 'trustProxy'>): string {
  const header = rules.trustProxy ? request.headers['x-forwarded-for'] : undefined
  const last = (Array.isArray(header) ? header.at(-1) : header)?.split(',').at(-1)?.trim()
  return last !== undefined && isIP(last) !== 0 ? last : request.info.remoteAddress
}
