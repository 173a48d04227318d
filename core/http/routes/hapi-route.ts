import type { Lifecycle, Request, ResponseToolkit, RouteOptions, ServerRoute } from '@hapi/hapi'
import type { Reply, Route, RouteRequest } from '../../plugin/route.ts'
import type { Logger } from '../../plugin/services.ts'
import { checkResponse } from '../answer/check-response.ts'
import { corsOf, securityHeaders } from '../answer/headers.ts'
import { responseOf } from '../answer/send.ts'
import { type IdempotencyGuard, isIdempotent } from '../idempotency/guard.ts'
import type { Gate } from '../options.ts'
import { type Guarded, publicGate } from '../request/access.ts'
import { contextOf } from '../request/context.ts'
import { uploadOf } from '../request/multipart.ts'
import { type OriginRules, originOf } from '../request/origin.ts'
import { remoteAddressOf } from '../request/remote-address.ts'
import { inputCheck } from '../request/validate.ts'
import type { HttpSettings } from '../settings.ts'

/** What turning a contract route into a hapi route needs. */
export interface RouteSurface {
  readonly settings: HttpSettings
  readonly origin: OriginRules
  readonly gate: Gate
  readonly guard: IdempotencyGuard
  readonly log: Logger
  readonly validateResponses: boolean
}

/** hapi's auth strategy of all guarded routes. */
export const STRATEGY = 'parley'

/** A route of the contract as hapi's. */
export function hapiRoute(route: Route, pluginId: string, surface: RouteSurface): ServerRoute {
  return {
    method: route.method,
    path: route.path,
    handler: handlerOf(route, pluginId, surface),
    options: optionsOf(route, pluginId, surface),
  }
}

function optionsOf(route: Route, pluginId: string, surface: RouteSurface): RouteOptions {
  const { settings, gate } = surface
  const open = 'public' in route.access
  const { access, flag } = route
  const guarded = { pluginId, access, ...(flag === undefined ? {} : { flag }) }
  return {
    id: route.id,
    app: {
      routeId: route.id,
      guarded,
      headers: securityHeaders(route, settings, surface.origin.publicUrl),
    },
    auth: open ? false : { strategy: STRATEGY, mode: 'required' },
    state: { parse: false, failAction: 'ignore' },
    cors: corsOf(route, settings),
    timeout: { server: bodyTimeout(route, settings) + settings.handlerTimeoutMs },
    ...(open ? { ext: { onPreAuth: { method: gateExtension(gate, guarded) } } } : {}),
    ...(route.method === 'GET' ? {} : { payload: payloadOptions(route, settings) }),
  }
}

/** hapi counts a request's time from its first byte, so the body's time comes on top of the handler's. */
function bodyTimeout(route: Route, settings: HttpSettings): number {
  if (route.method === 'GET') return 0
  return route.body?.multipart ? settings.uploadTimeoutMs : settings.bodyTimeoutMs
}

function gateExtension(gate: Gate, guarded: Guarded): Lifecycle.Method {
  return async (_, h) => {
    await publicGate(gate, guarded)
    return h.continue
  }
}

function payloadOptions(route: Route, settings: HttpSettings): NonNullable<RouteOptions['payload']> {
  if (route.body?.multipart) {
    return {
      allow: 'multipart/form-data',
      multipart: { output: 'stream' },
      maxBytes: route.body.maxBytes ?? settings.maxUploadBytes,
      timeout: bodyTimeout(route, settings),
    }
  }
  return {
    allow: route.body?.form ? 'application/x-www-form-urlencoded' : 'application/json',
    maxBytes: route.body?.maxBytes ?? settings.maxBodyBytes,
    timeout: bodyTimeout(route, settings),
  }
}

function handlerOf(route: Route, pluginId: string, surface: RouteSurface): Lifecycle.Method {
  const check = inputCheck(route)
  const idempotent = isIdempotent(route)
  const maxFiles = route.body?.maxFiles ?? surface.settings.maxUploadFiles
  return async (request, h) => {
    const payload = route.body?.multipart ? await uploadOf(request.payload, maxFiles) : request.payload
    const input = check({ params: request.params, query: request.query, payload })
    const call = routeRequest(request, input, pluginId, surface)
    const run = () => checkedHandle(route, call, surface.validateResponses)
    const reply = await (idempotent ? surface.guard({ route, request: call, path: request.path, run }) : run())
    return answer(h, reply, request)
  }
}

/** Checks before an answer is remembered for its key: a wrong one is a bug, and not worth keeping. */
async function checkedHandle(route: Route, call: RouteRequest, validate: boolean): Promise<Reply> {
  const reply = await route.handle(call)
  if (validate) checkResponse(route, reply)
  return reply
}

function answer(h: ResponseToolkit, reply: Reply, request: Request) {
  return responseOf(h, reply, { requestId: contextOf(request).requestId, path: request.path })
}

function routeRequest(
  request: Request,
  input: Pick<RouteRequest, 'params' | 'query' | 'payload'>,
  pluginId: string,
  surface: RouteSurface,
): RouteRequest {
  const { requestId, correlationId, actor } = contextOf(request)
  const tenantId = actor?.tenantId ?? ''
  return {
    tenantId,
    actor,
    ...input,
    headers: request.raw.req.headers,
    origin: originOf(request, surface.origin),
    remoteAddress: remoteAddressOf(request, surface.origin),
    requestId,
    correlationId,
    log: surface.log.child({ plugin: pluginId, requestId, ...(tenantId === '' ? {} : { tenantId }) }),
  }
}
