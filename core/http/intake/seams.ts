import type { EventAppender } from '../../events/appender.ts'
import type { IngestBatch, IngestResult } from '../../events/ingest/ingester.ts'
import type { EndpointSecrets, WebhookReceiver } from '../../plugin/webhook.ts'

export type { IngestBatch, IngestItem } from '../../events/ingest/ingester.ts'

/** What the intake needs of the other rooms, each as narrow as its use. */

/** An adapter's receiver, and whether it may be used now. */
export type AdapterState =
  | { readonly state: 'running'; readonly pluginId: string; readonly receiver: WebhookReceiver }
  /** Failed, blocked or quarantined: the vendor is asked to come back. */
  | { readonly state: 'failed' }

export interface Adapters {
  /** `undefined` for an adapter that is not installed or was switched off. */
  receiver(adapter: string): AdapterState | undefined
}

export interface WebhookEndpoint {
  readonly id: string
  readonly adapter: string
  /** `null`: app-level, serving many tenants. */
  readonly tenantId: string | null
  readonly enabled: boolean
  readonly secrets: EndpointSecrets
}

/** A connection that an account's events go to. */
export interface RoutedConnection {
  readonly id: string
  readonly tenantId: string
}

/** Both answers come from a cache: a warm webhook costs no query here. */
export interface EndpointDirectory {
  endpoint(id: string): Promise<WebhookEndpoint | undefined>
  /** By account id (or alias); accounts that nobody connected are absent. */
  route(
    adapter: string,
    endpointId: string,
    accounts: readonly string[],
  ): Promise<ReadonlyMap<string, readonly RoutedConnection[]>>
}

/** Is the plugin on for the tenant? */
export type TenantGate = (pluginId: string, tenantId: string) => boolean | Promise<boolean>

/**
 * What became of a webhook: whole, in part, or not at all routed to tenants; signed by the vendor and yet not what the
 * adapter can read; blanked since, with the person it was about.
 */
export const WEBHOOK_OUTCOMES = [
  'routed',
  'partly-routed',
  'unrouted',
  'passed-over',
  'empty',
  'malformed',
  'erased',
] as const
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number]

/** Resolves after COMMIT; throws `event.invalid` before anything is stored, UnavailableError when the storage is down. */
export interface Ingestor extends Pick<EventAppender, 'prepare'> {
  ingest(batch: IngestBatch): Promise<readonly IngestResult[]>
}
