import { ParleyError, UnavailableError } from '../../plugin/errors.ts'
import { problem, type Reply } from '../../plugin/route.ts'
import type { Clock, Logger } from '../../plugin/services.ts'
import type { ParsedWebhook, WebhookReceiver, WebhookRequest } from '../../plugin/webhook.ts'
import { maskHeaders } from '../../secrets/redaction.ts'
import { replaceInvalid } from './build-event.ts'
import type { IntakeMetrics } from './counters.ts'
import { notFound, notSigned, plainReply } from './replies.ts'
import { accountsOf, type RoutedItems, routeItems } from './route-items.ts'
import type {
  AdapterState,
  Adapters,
  EndpointDirectory,
  IngestBatch,
  Ingestor,
  TenantGate,
  WebhookEndpoint,
} from './seams.ts'

/** A call at `/hooks/<adapter>/<endpointId>`, before anything is believed. */
export interface WebhookCall extends Omit<WebhookRequest, 'receivedAt'> {
  readonly adapter: string
  readonly endpointId: string
}

export interface IntakeSettings {
  /** Largest body, in bytes, for receivers that name no limit of their own. */
  readonly maxBytes: number
  /** What a vendor is asked to wait when its adapter is not running, in seconds. */
  readonly retryAfterSeconds: number
}

export interface IntakeParts {
  readonly adapters: Adapters
  readonly directory: EndpointDirectory
  readonly engine: Ingestor
  readonly gate: TenantGate
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: IntakeMetrics
  readonly settings: IntakeSettings
}

type Running = Extract<AdapterState, { state: 'running' }>
type Items = Extract<ParsedWebhook, { ok: true }>

const ENDPOINT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Takes in vendors' webhooks. The order is fixed: adapter, endpoint, its secrets, signature over the raw bytes; only then is
 * the body read, routed to connections, and stored with one `ingest`. The vendor is told 200 after COMMIT and never before.
 * With warm caches a call costs that one round trip.
 */
export class WebhookIntake {
  readonly #parts: IntakeParts

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Throws UnavailableError (503 with Retry-After) when the storage is down or the adapter failed: nothing is lost then. */
  async handle(call: WebhookCall): Promise<Reply> {
    const { adapters, directory, clock, metrics, log, settings } = this.#parts
    const adapter = adapters.receiver(call.adapter)
    if (adapter === undefined) return notFound()
    if (adapter.state === 'failed')
      throw new UnavailableError('webhook.adapter-failed', `The adapter "${call.adapter}" is not running.`, {
        retryAfterSeconds: settings.retryAfterSeconds,
      })
    const endpoint = ENDPOINT_ID.test(call.endpointId) ? await directory.endpoint(call.endpointId) : undefined
    if (endpoint === undefined || endpoint.adapter !== call.adapter || !endpoint.enabled) return notFound()

    const { receiver } = adapter
    if (!hasSecrets(receiver, endpoint)) {
      metrics.count('refused', call.adapter)
      log.warn({ adapter: call.adapter, endpointId: endpoint.id }, 'webhook refused: the endpoint lacks a secret')
      return notSigned()
    }
    const request: WebhookRequest = {
      method: call.method,
      body: call.body,
      headers: call.headers,
      query: call.query,
      url: call.url,
      receivedAt: clock.now(),
    }
    if (call.method === 'GET') return handshake(receiver, request, endpoint)
    const maxBytes = receiver.maxBytes ?? settings.maxBytes
    if (call.body.length > maxBytes)
      return problem(413, 'webhook.too-large', `Expected at most ${maxBytes} bytes, got ${call.body.length}.`)
    if (!attempt(call.adapter, 'verify', () => receiver.verify(request, endpoint.secrets))) {
      metrics.count('refused', call.adapter)
      return notSigned()
    }
    return this.#receive(adapter, endpoint, request)
  }

  /** A call that is known to be the vendor's. */
  async #receive(adapter: Running, endpoint: WebhookEndpoint, request: WebhookRequest): Promise<Reply> {
    const { metrics } = this.#parts
    const parsed = attempt(endpoint.adapter, 'parse', () => adapter.receiver.parse(request))
    metrics.count('received', endpoint.adapter)
    if (!parsed.ok) {
      metrics.count('malformed', endpoint.adapter)
      return problem(400, 'webhook.malformed', parsed.detail, { field: parsed.field })
    }
    const receivedAt = request.receivedAt ?? this.#parts.clock.now()
    const routed = await this.route(adapter, endpoint, parsed, receivedAt)
    await this.store(endpoint, routed, receivedAt, {
      adapter: endpoint.adapter,
      endpointId: endpoint.id,
      tenantId: endpoint.tenantId ?? routed.tenantId,
      body: request.body,
      headers: maskHeaders(request.headers),
      receivedAt,
      outcome: routed.outcome,
    })
    return plainReply(adapter.receiver.acknowledge ?? { status: 200 })
  }

  /** Finds the connections of every element and counts what has none. Shared with the replay of kept calls. */
  async route(adapter: Running, endpoint: WebhookEndpoint, parsed: Items, receivedAt: Date): Promise<RoutedItems> {
    const { directory, gate, metrics, log } = this.#parts
    const routes = await directory.route(endpoint.adapter, endpoint.id, accountsOf(parsed.items))
    const routed = await routeItems(
      { adapter: endpoint.adapter, pluginId: adapter.pluginId, items: parsed.items, receivedAt },
      routes,
      gate,
    )
    const { unrouted, passedOver, invalid } = routed
    metrics.count('unknown', endpoint.adapter, parsed.unknown)
    for (const field in parsed.unknownFields)
      metrics.unknownField(endpoint.adapter, field, parsed.unknownFields[field] ?? 0)
    metrics.count('unrouted', endpoint.adapter, unrouted)
    metrics.count('passed-over', endpoint.adapter, passedOver)
    metrics.count('invalid', endpoint.adapter, invalid)
    if (unrouted + passedOver + invalid > 0)
      log.warn(
        { adapter: endpoint.adapter, endpointId: endpoint.id, unrouted, passedOver, invalid },
        'webhook elements that reach no tenant, or that the adapter could not turn into an event',
      )
    return routed
  }

  /** One `ingest`; a second one only after the log refused an event, with that event replaced. */
  async store(
    endpoint: WebhookEndpoint,
    routed: RoutedItems,
    receivedAt: Date,
    webhook?: IngestBatch['webhook'],
  ): Promise<readonly ('stored' | 'duplicate')[]> {
    const { engine, metrics } = this.#parts
    const batch = (items: IngestBatch['items']): IngestBatch => (webhook === undefined ? { items } : { webhook, items })
    let results: readonly ('stored' | 'duplicate')[]
    try {
      results = await engine.ingest(batch(routed.items))
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'event.invalid') throw error
      const mended = replaceInvalid(routed.items, endpoint.adapter, receivedAt)
      if (mended.invalid === 0) throw error
      metrics.count('invalid', endpoint.adapter, mended.invalid)
      results = await engine.ingest(batch(mended.items))
    }
    let stored = 0
    for (const result of results) if (result === 'stored') stored += 1
    metrics.count('stored', endpoint.adapter, stored)
    metrics.count('duplicate', endpoint.adapter, results.length - stored)
    return results
  }
}

function hasSecrets(receiver: WebhookReceiver, endpoint: WebhookEndpoint): boolean {
  return receiver.secrets.every((name) => (endpoint.secrets[name] ?? '') !== '')
}

function handshake(receiver: WebhookReceiver, request: WebhookRequest, endpoint: WebhookEndpoint): Reply {
  const answer = attempt(endpoint.adapter, 'handshake', () => receiver.handshake?.(request, endpoint.secrets))
  if (answer === undefined) return problem(403, 'webhook.handshake-refused', 'The challenge was not accepted.')
  return plainReply(answer)
}

/** The three are pure and answer with values, so a throw is a bug of the adapter: named, never mistaken for a yes. */
function attempt<T>(adapter: string, step: 'verify' | 'parse' | 'handshake', run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new ParleyError('webhook.adapter-threw', `The adapter "${adapter}" threw in ${step}().`, { cause })
  }
}
