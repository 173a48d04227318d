import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { ParleyError, reasonOf } from '../../plugin/errors.ts'
import type { TelemetrySettings } from '../settings.ts'

export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

type MetricsSettings = Pick<TelemetrySettings, 'prometheusHost' | 'prometheusPort' | 'prometheusToken'>

/**
 * `GET /metrics` on a port of its own: the public one never has it.
 *
 * @throws ParleyError `telemetry.cannot-listen`
 */
export async function openMetricsServer(settings: MetricsSettings, scrape: RequestListener): Promise<MetricsServer> {
  const { prometheusHost: host, prometheusPort: port, prometheusToken: token } = settings
  const server = createServer((request, response) => {
    const status = refusalOf(request, token)
    if (status === undefined) return scrape(request, response)
    const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
    response.writeHead(status, challenge).end()
  })
  await listen(server, host, port ?? 0)
  const address = server.address()
  const bound = address === null || typeof address === 'string' ? port : address.port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function refusalOf(request: IncomingMessage, token: string | undefined): number | undefined {
  const { pathname } = new URL(request.url ?? '/', 'http://metrics.invalid')
  if (pathname !== '/metrics') return 404
  if (request.method !== 'GET') return 405
  return token === undefined || isSame(request.headers.authorization ?? '', `Bearer ${token}`) ? undefined : 401
}

/** In a time that does not depend on where they differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new ParleyError(
      'telemetry.cannot-listen',
      `Metrics cannot be served on ${host}:${port}: ${reasonOf(cause)}.`,
      {
        cause,
      },
    )
  }
}
