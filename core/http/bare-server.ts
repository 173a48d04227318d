import { server as hapiServer, type Server } from '@hapi/hapi'
import type { HttpServerOptions } from './options.ts'
import type { HttpSettings } from './settings.ts'

/** hapi with our limits and without its own habits: it prints nothing, and its errors are answered by us. */
export function bareServer({ host, port }: Pick<HttpServerOptions, 'host' | 'port'>, settings: HttpSettings): Server {
  const server = hapiServer({
    host,
    port,
    debug: false,
    router: { stripTrailingSlash: true },
    routes: { cors: false, security: false },
  })
  server.listener.keepAliveTimeout = settings.keepAliveTimeoutMs
  server.listener.headersTimeout = settings.headersTimeoutMs
  server.listener.requestTimeout = settings.requestTimeoutMs
  server.listener.maxConnections = settings.maxConnections
  return server
}
