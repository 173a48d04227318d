import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A span as the wire has it, with what these tests look at. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of a trace. */
  readonly parentSpanId: string
  readonly name: string
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly startNano: bigint
  readonly endNano: bigint
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  /** `service.name` of the process. */
  readonly service: string
}

/** One call of an exporter. */
export interface ExportCall {
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: readonly Attribute[]
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
}

interface TraceExport {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly WireSpan[] }[]
  }[]
}

interface WirePoint {
  readonly attributes?: readonly Attribute[]
  readonly asDouble?: number
  readonly asInt?: string
}

interface MetricExport {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] }
    readonly scopeMetrics?: readonly {
      readonly metrics?: readonly {
        readonly name: string
        readonly gauge?: { readonly dataPoints?: readonly WirePoint[] }
        readonly sum?: { readonly dataPoints?: readonly WirePoint[] }
      }[]
    }[]
  }[]
}

/** An OTLP/HTTP collector in memory: keeps every export, and reads the spans of those in JSON. */
export class Collector {
  readonly calls: ExportCall[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer(async (request, response) => {
      this.calls.push(await callOf(request))
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' })
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : undefined)
    })
  }

  static async listen(): Promise<Collector> {
    const collector = new Collector()
    collector.#server.listen(0, '127.0.0.1')
    await once(collector.#server, 'listening')
    return collector
  }

  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get spans(): readonly CollectedSpan[] {
    return this.calls
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => spansOf(JSON.parse(body.toString())))
  }

  /** The last values of a gauge or sum, those of all processes added up; 0 when it was never told. Only of exports in JSON. */
  figure(name: string, labels: Readonly<Record<string, string>>): number {
    const last = new Map<string, number>()
    for (const { path, body } of this.calls) {
      if (path !== '/v1/metrics') continue
      for (const { service, value } of pointsOf(JSON.parse(body.toString()), name, labels)) last.set(service, value)
    }
    return [...last.values()].reduce((sum, value) => sum + value, 0)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}

async function callOf(request: IncomingMessage): Promise<ExportCall> {
  return { path: request.url ?? '', contentType: request.headers['content-type'] ?? '', body: await buffer(request) }
}

function spansOf({ resourceSpans = [] }: TraceExport): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = String(attributesOf(resource?.attributes)['service.name'])
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => spanOf(span, service)))
  })
}

function pointsOf({ resourceMetrics = [] }: MetricExport, name: string, labels: Readonly<Record<string, string>>) {
  return resourceMetrics.flatMap(({ resource, scopeMetrics = [] }) => {
    const service = String(attributesOf(resource?.attributes)['service.name'])
    const found = scopeMetrics.flatMap(({ metrics = [] }) => metrics.filter((metric) => metric.name === name))
    return found
      .flatMap(({ gauge, sum }) => (gauge ?? sum)?.dataPoints ?? [])
      .filter(({ attributes }) =>
        Object.entries(labels).every(([key, value]) => attributesOf(attributes)[key] === value),
      )
      .map(({ asDouble, asInt }) => ({ service, value: asDouble ?? Number(asInt) }))
  })
}

function spanOf(span: WireSpan, service: string): CollectedSpan {
  const { traceId, spanId, parentSpanId = '', name, kind, links = [] } = span
  return {
    ...{ traceId, spanId, parentSpanId, name, kind, links, service },
    startNano: BigInt(span.startTimeUnixNano),
    endNano: BigInt(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
  }
}

function attributesOf(attributes: readonly Attribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
