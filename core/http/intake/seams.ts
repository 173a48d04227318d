import type { NewEvent } from '../../plugin/event.ts'
import type { EndpointSecrets, WebhookReceiver } from '../../plugin/webhook.ts'

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

export interface IngestItem {
  readonly tenantId: string
  readonly source: string
  readonly event: NewEvent
  readonly dedupeScope: string
  readonly dedupeKey: string
}

/** What became of a webhook: whole, in part, or not at all routed to tenants. */
export type WebhookOutcome = 'routed' | 'partly-routed' | 'unrouted' | 'passed-over' | 'empty'

export interface IngestBatch {
  /** The raw call, kept for debugging and replay; absent when a kept call is replayed. */
  readonly webhook?: {
    readonly adapter: string
    readonly endpointId: string
    readonly tenantId: string | null
    readonly body: Buffer
    readonly headers: Readonly<Record<string, string>>
    readonly receivedAt: Date
    readonly outcome: WebhookOutcome
  }
  readonly items: readonly IngestItem[]
}

/** Resolves after COMMIT; throws `event.invalid` before anything is stored, UnavailableError when the storage is down. */
export interface Ingestor {
  ingest(batch: IngestBatch): Promise<readonly ('stored' | 'duplicate')[]>
}
