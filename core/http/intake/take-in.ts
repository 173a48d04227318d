import type { IngestBatch, IngestResult } from '../../events/ingest/ingester.ts'
import type { Clock, Logger } from '../../plugin/services.ts'
import type { ParsedWebhook } from '../../plugin/webhook.ts'
import { isRefusedEvent, replaceInvalid } from './build-event.ts'
import type { IntakeMetrics } from './counters.ts'
import { accountsOf, type RoutedItems, routeItems } from './route-items.ts'
import type { AdapterState, Adapters, EndpointDirectory, Ingestor, TenantGate, WebhookEndpoint } from './seams.ts'
import type { WebhookLog } from './webhook-log.ts'

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
  /** Keeps a vendor's call that could not be read. */
  readonly unread?: Pick<WebhookLog, 'keep'>
  readonly settings: IntakeSettings
}

export type RunningAdapter = Extract<AdapterState, { state: 'running' }>
export type ParsedItems = Extract<ParsedWebhook, { ok: true }>

/** Finds the connections of every element and counts what has none. Shared by fresh calls and replays of kept ones. */
export async function routeParsed(
  parts: IntakeParts,
  adapter: RunningAdapter,
  endpoint: WebhookEndpoint,
  parsed: ParsedItems,
  receivedAt: Date,
): Promise<RoutedItems> {
  const { directory, gate, metrics } = parts
  const name = endpoint.adapter
  const accounts = accountsOf(parsed.items)
  const routes = await directory.route(name, endpoint.id, accounts)
  const routed = await routeItems(
    { adapter: name, pluginId: adapter.pluginId, items: parsed.items, receivedAt },
    routes,
    gate,
  )
  metrics.count('unknown', name, parsed.unknown)
  for (const field in parsed.unknownFields) metrics.unknownField(name, field, parsed.unknownFields[field] ?? 0)
  metrics.count('unrouted', name, routed.unrouted)
  metrics.count('passed-over', name, routed.passedOver)
  metrics.count('invalid', name, routed.invalid)
  if (routed.unrouted + routed.passedOver + routed.invalid > 0) tell(parts.log, endpoint, routed)
  return routed
}

function tell(log: Logger, endpoint: WebhookEndpoint, { unrouted, passedOver, invalid }: RoutedItems): void {
  log.warn(
    { adapter: endpoint.adapter, endpointId: endpoint.id, unrouted, passedOver, invalid },
    'webhook elements that reach no tenant, or that the adapter could not turn into an event',
  )
}

/** One `ingest`; a second one only after the log refused an event, with that event replaced. */
export async function storeRouted(
  parts: IntakeParts,
  adapter: string,
  routed: RoutedItems,
  receivedAt: Date,
  webhook?: NonNullable<IngestBatch['webhook']>,
): Promise<readonly IngestResult[]> {
  const { engine, metrics } = parts
  const batch = (items: IngestBatch['items']): IngestBatch => (webhook === undefined ? { items } : { webhook, items })
  let results: readonly IngestResult[]
  try {
    results = await engine.ingest(batch(routed.items))
  } catch (error) {
    if (!isRefusedEvent(error)) throw error
    const mended = replaceInvalid(routed.items, engine, adapter, receivedAt)
    if (mended.invalid === 0) throw error
    metrics.count('invalid', adapter, mended.invalid)
    results = await engine.ingest(batch(mended.items))
  }
  let stored = 0
  for (const result of results) if (result === 'stored') stored += 1
  metrics.count('stored', adapter, stored)
  metrics.count('duplicate', adapter, results.length - stored)
  return results
}
