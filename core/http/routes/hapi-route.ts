import type { Lifecycle, Request, ResponseToolkit, RouteOptions, ServerRoute } from '@hapi/hapi'
import type { Reply, Route, RouteRequest } from '../../plugin/route.ts'
import type { Logger } from '../../plugin/services.ts'
import { checkResponse } from '../answer/check-response.ts'
import { corsOf, securityHeaders } from '../answer/headers.ts'
import { responseOf } from '../answer/send.ts'
import { type IdempotencyGuard, isIdempotent } from '../idempotency/guard.ts'
import type { Attempt } from '../limits/auth-limit.ts'
import type { RequestLimiter } from '../limits/limit-request.ts'
import type { Gate } from '../options.ts'
import { type Guarded, publicGate } from '../request/access.ts'
import { contextOf } from '../request/context.ts'
import { headersFor } from '../request/cookies.ts'
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
  readonly limiter: RequestLimiter
  readonly guard: IdempotencyGuard
  readonly log: Logger
  readonly validateResponses: boolean
  readonly onVisit?: ((route: Route, request: RouteRequest) => Promise<void>) | undefined
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
  const { settings } = surface
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
    ...(open ? { ext: { onPreAuth: { method: openExtension(route, guarded, surface) } } } : {}),
    ...(route.method === 'GET' ? {} : { payload: payloadOptions(route, settings) }),
  }
}

/** hapi counts a request's time from its first byte, so the body's time comes on top of the handler's. */
function bodyTimeout(route: Route, settings: HttpSettings): number {
  if (route.method === 'GET') return 0
  return route.body?.multipart || route.body?.raw ? settings.uploadTimeoutMs : settings.bodyTimeoutMs
}

/** Before the body is read, as for everybody else. */
function openExtension(route: Route, guarded: Guarded, { gate, limiter }: RouteSurface): Lifecycle.Method {
  return async (request, h) => {
    if (route.limit !== 'none') limiter.unknown(request)
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
  if (route.body?.raw) {
    const maxBytes = route.body.maxBytes ?? settings.maxBodyBytes
    return { parse: false, output: 'data', maxBytes, timeout: bodyTimeout(route, settings) }
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
    const call = routeRequest(route, request, input, pluginId, surface)
    const attempt = attemptAt(route, call, request, surface)
    if (attempt !== undefined) await surface.limiter.attempt(request, attempt)
    if (call.actor?.visiting === true) await surface.onVisit?.(route, call)
    const run = () => checkedHandle(route, call, surface.validateResponses)
    const reply = await (idempotent ? surface.guard({ route, request: call, path: request.path, run }) : run())
    if (attempt !== undefined && LET_IN.has(reply.status)) await surface.limiter.succeeded(attempt)
    return answer(h, reply, request)
  }
}

/** Whoever gets these has shown the secret; "accepted" and "created" are answered to everybody. */
const LET_IN: ReadonlySet<number> = new Set([200, 204])

function attemptAt(route: Route, call: RouteRequest, request: Request, { origin }: RouteSurface): Attempt | undefined {
  if (route.limit !== 'auth') return undefined
  const { actor, payload } = call
  return { routeId: route.id, address: remoteAddressOf(request, origin), actor, payload }
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
  route: Route,
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
    headers: headersFor(route, request, surface.origin),
    origin: originOf(request, surface.origin),
    remoteAddress: remoteAddressOf(request, surface.origin),
    requestId,
    correlationId,
    log: surface.log.child({ plugin: pluginId, requestId, ...(tenantId === '' ? {} : { tenantId }) }),
  }
}
