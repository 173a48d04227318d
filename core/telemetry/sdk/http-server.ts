import type { IncomingMessage, RequestListener } from 'node:http'
import type { Request, Server } from '@hapi/hapi'
import {
  type Attributes,
  context,
  type Histogram,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions'
import { HOOK_PATH } from '../../http/hooks.ts'
import * as names from './names.ts'
import { parentContext } from './process-spans.ts'
import { failed } from './spans.ts'

export interface HttpTracingOptions {
  readonly tracer: Tracer
  readonly trustTraceparent: boolean
  readonly tenantLabels: boolean
}

/** A call of a vendor that came this far is one of an adapter that is there; any other may name whatever it likes. */
const KNOWN_ADAPTER = [401, 403, 503]

/** hapi's route of everything that has none. */
const NO_ROUTE = '/{p*}'

/**
 * A span and a duration for each request, named by the route's template: no path, query, header or body is told, as ids and
 * tokens may stand in all of them. The span stands around hapi as a whole, so that whatever a request sets off is below it.
 */
export function traceHttp(server: Server, options: HttpTracingOptions): void {
  const spans = new WeakMap<IncomingMessage, Span>()
  const duration = metrics.getMeter('parley').createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
    unit: 's',
    description: 'Duration of HTTP requests, by route.',
    advice: { explicitBucketBoundaries: names.SECONDS },
  })
  around(server, (request, dispatch) => {
    const parent = options.trustTraceparent ? parentContext(headerOf(request)) : ROOT_CONTEXT
    const span = options.tracer.startSpan(request.method ?? 'HTTP', { kind: SpanKind.SERVER }, parent)
    spans.set(request, span)
    context.with(trace.setSpan(parent, span), dispatch)
  })
  server.events.on('response', (request) => answered(request, spans.get(request.raw.req), duration, options))
}

/** Puts itself between Node and hapi; `Expect: 100-continue` comes by an event of its own. */
function around(server: Server, run: (request: IncomingMessage, dispatch: () => void) => void): void {
  for (const event of ['request', 'checkContinue']) {
    const dispatchers = server.listener.listeners(event) as RequestListener[]
    server.listener.removeAllListeners(event)
    server.listener.on(event, (request, response) =>
      run(request, () => {
        for (const dispatch of dispatchers) dispatch(request, response)
      }),
    )
  }
}

function answered(request: Request, span: Span | undefined, duration: Histogram, options: HttpTracingOptions): void {
  const { method, info, response, route } = request
  const status = 'isBoom' in response ? response.output.statusCode : response.statusCode
  const template = route.path === NO_ROUTE ? undefined : route.path
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method.toUpperCase(),
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    [ATTR_URL_SCHEME]: request.server.info.protocol,
    ...(template === undefined ? {} : { [ATTR_HTTP_ROUTE]: template }),
    ...adapterOf(request, status),
    ...(status >= 500 ? { [ATTR_ERROR_TYPE]: String(status) } : {}),
  }
  const tenant = request.app.parley?.actor?.tenantId
  const label = options.tenantLabels && tenant !== undefined ? { [names.TENANT]: tenant } : {}
  duration.record(((info.completed || info.responded || Date.now()) - info.received) / 1000, {
    ...attributes,
    ...label,
  })
  if (span === undefined) return
  span.updateName(template === undefined ? method.toUpperCase() : `${method.toUpperCase()} ${template}`)
  span.setAttributes({ ...attributes, ...(tenant === undefined ? {} : { [names.TENANT]: tenant }) })
  if (status >= 500) failed(span, Object.assign(new Error(), { code: String(status) }))
  span.end()
}

function adapterOf({ route, params }: Request, status: number): Attributes {
  const isKnown = status < 300 || KNOWN_ADAPTER.includes(status)
  return route.path === HOOK_PATH && isKnown ? { [names.PLUGIN]: String(params.adapter) } : {}
}

function headerOf(request: IncomingMessage): string | undefined {
  const value = request.headers.traceparent
  return typeof value === 'string' ? value : undefined
}
