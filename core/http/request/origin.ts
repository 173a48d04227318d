import type { Request } from '@hapi/hapi'

/** A host as a client may name it: letters, digits, dots, dashes, brackets of IPv6, and a port. */
const HOST = /^[A-Za-z0-9.[\]:_-]{1,255}$/

export interface OriginRules {
  readonly publicUrl?: string
  readonly trustProxy: boolean
}

/** `scheme://host` of the outside address: configured, or told by a trusted proxy, or the Host header. No trailing slash. */
export function originOf(request: Request, rules: OriginRules): string {
  if (rules.publicUrl !== undefined) return rules.publicUrl.replace(/\/+$/, '')
  const forwarded = rules.trustProxy ? forwardedOrigin(request) : undefined
  if (forwarded !== undefined) return forwarded
  const host = request.info.host
  return `${request.server.info.protocol}://${HOST.test(host) ? host : request.server.info.host}`
}

function forwardedOrigin(request: Request): string | undefined {
  const { headers } = request.raw.req
  const protocol = first(headers['x-forwarded-proto'])
  const host = first(headers['x-forwarded-host']) ?? request.info.host
  if (protocol !== 'http' && protocol !== 'https') return undefined
  return HOST.test(host) ? `${protocol}://${host}` : undefined
}

/** The value that the nearest trusted proxy chain began with. */
function first(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim()
}
