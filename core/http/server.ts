import type { Server } from '@hapi/hapi'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import { logAnswer } from './answer/access-log.ts'
import { finisher } from './answer/finish.ts'
import { securityHeaders } from './answer/headers.ts'
import { bareServer } from './bare-server.ts'
import { healthRoutes } from './health.ts'
import { hookPlugin } from './hooks.ts'
import { idempotencyGuard } from './idempotency/guard.ts'
import { purgeRegularly } from './idempotency/purge.ts'
import { type RequestLimiter, requestLimiter, unlimited } from './limits/limit-request.ts'
import { clientScriptRoute } from './live/client-script.ts'
import { createLiveServer, type LiveServer } from './live/live-server.ts'
import { openApiDocument } from './openapi/document.ts'
import { openApiRoute } from './openapi/route.ts'
import type { Gate, HttpServer, HttpServerOptions } from './options.ts'
import { accessScheme } from './request/access.ts'
import { Authentication } from './request/authentication.ts'
import type { OriginRules } from './request/origin.ts'
import { allowedMethods } from './routes/allowed-methods.ts'
import { type RouteSurface, STRATEGY } from './routes/hapi-route.ts'
import { type Mount, mounter } from './routes/mount.ts'
import { RouteTable } from './routes/route-table.ts'
import { type HttpSettings, parseHttpSettings } from './settings.ts'
import { drain } from './shutdown.ts'
import { Standing } from './standing.ts'

/** Owner of the server's own routes, for whom the gate is always open. */
const KERNEL = 'parley'

/** What the parts of one server share. */
interface Built {
  readonly options: HttpServerOptions
  readonly settings: HttpSettings
  readonly server: Server
  readonly table: RouteTable
  readonly authentication: Authentication
  readonly standing: Standing
  readonly origin: OriginRules
  readonly gate: Gate
  readonly limiter: RequestLimiter
  readonly live: LiveServer
}

/**
 * The HTTP server: built, then mounted on, then started. Nothing of a plugin can be reached before its routes validate, and
 * nothing after that without the gate. Throws `http.settings-invalid`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const built = await build(options)
  const { server, live } = built
  answerEverything(built)
  if (options.intake !== undefined) await server.register(hookPlugin({ ...hookParts(built), intake: options.intake }))
  const openapi = documented(built)
  const mount = mounter({ ...built, surface: surfaceOf(built) })
  mountOwnRoutes(mount, built, openapi)
  return {
    server,
    live: live.publisher,
    mount,
    openapi,
    ...lifecycle(built),
    inject: (request) => server.inject(request),
  }
}

async function build(options: HttpServerOptions): Promise<Built> {
  const settings = parseHttpSettings(options.settings)
  const { publicUrl, log, clock } = options
  const standing = new Standing()
  const authentication = new Authentication(options.tenantStatus)
  const server = bareServer(options, settings)
  const gate: Gate = (pluginId, ...asked) => pluginId === KERNEL || options.gate(pluginId, ...asked)
  const origin = { trustProxy: settings.trustProxy, ...(publicUrl === undefined ? {} : { publicUrl }) }
  const limiter = options.limits === undefined ? unlimited : requestLimiter(options.limits, origin)
  server.auth.scheme(STRATEGY, accessScheme(authentication, gate, limiter))
  server.auth.strategy(STRATEGY, STRATEGY)
  const draining = () => standing.stopping
  const live = await createLiveServer(server, {
    ...{ settings, publicUrl, clock, draining, authentication, gate, log },
    strategy: STRATEGY,
  })
  return { options, settings, server, table: new RouteTable(), authentication, standing, origin, gate, limiter, live }
}

/** Errors as problems, shared headers and the access log, on every route but webhooks (they have a realm of their own). */
function answerEverything({ server, options, settings, standing }: Built): void {
  const finish = finisher({
    log: options.log,
    headers: securityHeaders({}, settings, options.publicUrl),
    draining: () => standing.stopping,
    allowed: (request) => allowedMethods(server, request),
  })
  server.ext('onPreResponse', finish, { sandbox: 'plugin' })
  server.ext({
    type: 'onPostResponse',
    method: (request, h) => {
      logAnswer(options.log, request)
      return h.continue
    },
    options: { sandbox: 'plugin' },
  })
}

function hookParts({ options, settings, origin, standing }: Built) {
  const { limits } = options
  return {
    settings,
    origin,
    ...(limits === undefined ? {} : { limits }),
    log: options.log,
    draining: () => standing.stopping,
  }
}

function surfaceOf({ options, settings, origin, gate, limiter }: Built): RouteSurface {
  return {
    settings,
    origin,
    gate,
    limiter,
    log: options.log,
    guard: idempotencyGuard(options.idempotency, settings.idempotency),
    validateResponses: options.validateResponses ?? false,
    onVisit: options.onVisit,
  }
}

function mountOwnRoutes(mount: Mount, { options, settings, standing }: Built, openapi: () => Record<string, unknown>) {
  const health = healthRoutes({
    serving: () => standing.serving,
    readiness: options.readiness,
    timeoutMs: settings.readinessTimeoutMs,
    log: options.log,
  })
  mount([...health, openApiRoute(openapi), clientScriptRoute()], { pluginId: KERNEL })
}

/** Made when first asked for, and again once more was mounted. */
function documented(built: Built): () => Record<string, unknown> {
  let made: { readonly of: number; readonly document: Record<string, unknown> } | undefined
  return () => {
    const { version } = built.table
    if (made?.of !== version) made = { of: version, document: documentOf(built) }
    return made.document
  }
}

function documentOf({ options, table, authentication }: Built): Record<string, unknown> {
  return openApiDocument({
    routes: table.all(),
    schemes: authentication.schemes(),
    info: options.info ?? { title: 'Parley', version: '1.0.0' },
    publicUrl: options.publicUrl,
    hooks: options.intake !== undefined,
  })
}

async function listen(server: Server): Promise<void> {
  try {
    await server.start()
  } catch (cause) {
    // Ends what the preparation began: the heartbeat of the sockets.
    await server.stop()
    const { host, port } = server.settings
    throw new ParleyError('http.cannot-listen', `Could not listen on ${host}:${port}: ${reasonOf(cause)}.`, { cause })
  }
}

function lifecycle({
  server,
  options,
  settings,
  standing,
  live,
}: Built): Pick<HttpServer, 'start' | 'stop' | 'setReady'> {
  let stopPurge = () => {}
  let stopped: Promise<void> | undefined
  return {
    start: async () => {
      await listen(server)
      standing.started()
      live.start()
      if (options.idempotency !== undefined) {
        stopPurge = purgeRegularly(options.idempotency, settings.idempotency.purgeEveryMs, options.log)
      }
    },
    stop: () => {
      standing.stop()
      stopPurge()
      stopped ??= drain({ server, live, settings, log: options.log })
      return stopped
    },
    setReady: (ready) => standing.setReady(ready),
  }
}
