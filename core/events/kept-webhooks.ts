import type { AdminStore } from './store/admin-store.ts'

/** A raw call as it came, kept for a limited time: for looking into a fault, and for taking it in again. */
export interface KeptWebhook {
  /** UUIDv7; also the correlation id of the events made from it. */
  readonly id: string
  readonly tenantId: string | null
  readonly adapter: string
  readonly endpointId: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, unknown>>
  /** How many of its items were new, and how many had been there. */
  readonly stored: number
  readonly duplicates: number
  readonly outcome: string
  readonly receivedAt: Date
}

export interface KeptWebhookFilter {
  readonly adapter?: string
  readonly endpointId?: string
  readonly outcome?: string
  readonly since?: Date
  /** `id` of the last one seen. */
  readonly after?: string
  /** Default 50. */
  readonly limit?: number
}

/** Oldest first. Of all tenants: callers check who may see which. */
export async function listKeptWebhooks(admin: AdminStore, filter: KeptWebhookFilter): Promise<readonly KeptWebhook[]> {
  const { adapter, endpointId, outcome, since, after, limit = 50 } = filter
  const rows = await admin.webhooks([
    adapter ?? null,
    endpointId ?? null,
    outcome ?? null,
    since ?? null,
    after ?? null,
    limit,
  ])
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    adapter: row.adapter,
    endpointId: row.endpoint_id,
    body: row.body,
    headers: row.headers,
    stored: row.stored,
    duplicates: row.duplicates,
    outcome: row.outcome,
    receivedAt: row.received_at,
  }))
}
