import type { Request, Server } from '@hapi/hapi'
import type { HttpMethod } from '../../plugin/route.ts'

const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Methods that the request's path is mounted with; empty when it leads nowhere. */
export function allowedMethods(server: Server, request: Request): readonly HttpMethod[] {
  return METHODS.filter((method) => server.match(lowerCase(method), request.path) !== null)
}

function lowerCase(method: HttpMethod) {
  return method.toLowerCase() as Lowercase<HttpMethod>
}
