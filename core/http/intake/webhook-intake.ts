import { UnavailableError } from '../../plugin/errors.ts'
import { newId } from '../../plugin/new-id.ts'
import { problem, type Reply } from '../../plugin/route.ts'
import type { WebhookReceiver, WebhookReply, WebhookRequest } from '../../plugin/webhook.ts'
import { maskHeaders } from '../../secrets/redaction.ts'
import { attempt } from './attempt.ts'
import { ACKNOWLEDGED, notFound, notSigned, tooMuch } from './replies.ts'
import type { WebhookEndpoint } from './seams.ts'
import { type IntakeParts, type RunningAdapter, routeParsed, storeRouted } from './take-in.ts'

/** A call at `/hooks/<adapter>/<endpointId>`, before anything is believed. */
export interface WebhookCall extends Omit<WebhookRequest, 'receivedAt'> {
  readonly adapter: string
  readonly endpointId: string
}

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
  async handle(call: WebhookCall): Promise<Reply | WebhookReply> {
    const { adapters, directory, settings } = this.#parts
    const adapter = adapters.receiver(call.adapter)
    if (adapter === undefined) return notFound()
    if (adapter.state === 'failed')
      throw new UnavailableError('webhook.adapter-failed', `The adapter "${call.adapter}" is not running.`, {
        retryAfterSeconds: settings.retryAfterSeconds,
      })
    const endpoint = ENDPOINT_ID.test(call.endpointId) ? await directory.endpoint(call.endpointId) : undefined
    if (endpoint === undefined || endpoint.adapter !== call.adapter || !endpoint.enabled) return notFound()
    return this.#verified(adapter, endpoint, call)
  }

  async #verified(
    adapter: RunningAdapter,
    endpoint: WebhookEndpoint,
    call: WebhookCall,
  ): Promise<Reply | WebhookReply> {
    const { clock, metrics, log, settings } = this.#parts
    const { receiver } = adapter
    if (!hasSecrets(receiver, endpoint)) {
      metrics.count('refused', call.adapter)
      log.warn({ adapter: call.adapter, endpointId: endpoint.id }, 'webhook refused: the endpoint lacks a secret')
      return notSigned()
    }
    const { method, body, headers, query, url } = call
    const request = { method, body, headers, query, url, receivedAt: clock.now() }
    if (method === 'GET') return handshake(receiver, request, endpoint)
    const maxBytes = receiver.maxBytes ?? settings.maxBytes
    if (body.length > maxBytes)
      return problem(413, 'webhook.too-large', `Expected at most ${maxBytes} bytes, got ${body.length}.`)
    if (!attempt(call.adapter, 'verify', () => receiver.verify(request, endpoint.secrets))) {
      metrics.count('refused', call.adapter)
      return notSigned()
    }
    return this.#receive(adapter, endpoint, request)
  }

  /** A call that is known to be the vendor's. */
  async #receive(
    adapter: RunningAdapter,
    endpoint: WebhookEndpoint,
    request: WebhookRequest & { readonly receivedAt: Date },
  ): Promise<Reply | WebhookReply> {
    const { metrics } = this.#parts
    const { receivedAt } = request
    const parsed = attempt(endpoint.adapter, 'parse', () => adapter.receiver.parse(request))
    metrics.count('received', endpoint.adapter)
    if (!parsed.ok) {
      metrics.count('malformed', endpoint.adapter)
      await this.#keepUnread(endpoint, request, `${parsed.field}: ${parsed.detail}`)
      return problem(400, 'webhook.malformed', parsed.detail, { field: parsed.field })
    }
    const { receiver } = adapter
    const turnedAway = attempt(endpoint.adapter, 'admit', () =>
      receiver.admit?.({ endpointId: endpoint.id, items: parsed.items.length }),
    )
    if (turnedAway !== undefined) {
      metrics.count('turned-away', endpoint.adapter)
      return tooMuch(turnedAway.retryAfterSeconds)
    }
    const routed = await routeParsed(this.#parts, adapter, endpoint, parsed, receivedAt)
    await storeRouted(this.#parts, endpoint.adapter, routed, receivedAt, {
      adapter: endpoint.adapter,
      endpointId: endpoint.id,
      tenantId: endpoint.tenantId ?? routed.tenantId,
      body: request.body,
      headers: maskHeaders(request.headers),
      receivedAt,
      outcome: routed.outcome,
    })
    const answer = attempt(endpoint.adapter, 'answer', () => receiver.answer?.(parsed, { unrouted: routed.left }))
    return answer ?? receiver.acknowledge ?? ACKNOWLEDGED
  }

  /** The vendor is told 400 and may not come again; a mended adapter can still read what was kept. */
  async #keepUnread(
    endpoint: WebhookEndpoint,
    { body, headers, receivedAt }: WebhookRequest & { readonly receivedAt: Date },
    error: string,
  ): Promise<void> {
    const { id: endpointId, adapter, tenantId } = endpoint
    await this.#parts.unread?.keep({
      ...{ id: newId(), tenantId, adapter, endpointId, body, error, receivedAt },
      headers: maskHeaders(headers) as Record<string, string>,
      outcome: 'malformed',
    })
  }
}

function hasSecrets(receiver: WebhookReceiver, endpoint: WebhookEndpoint): boolean {
  return receiver.secrets.every((name) => (endpoint.secrets[name] ?? '') !== '')
}

function handshake(
  receiver: WebhookReceiver,
  request: WebhookRequest,
  endpoint: WebhookEndpoint,
): Reply | WebhookReply {
  const answer = attempt(endpoint.adapter, 'handshake', () => receiver.handshake?.(request, endpoint.secrets))
  return answer ?? problem(403, 'webhook.handshake-refused', 'The challenge was not accepted.')
}
