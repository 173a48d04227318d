import type { Knex } from 'knex'
import { asUnavailable } from '../../data/unavailable.ts'
import type { WebhookOutcome } from './seams.ts'

/** A vendor's call as it was kept; secrets in its headers are masked. */
export interface KeptWebhook {
  readonly id: string
  /** `null` when it was about several tenants, or about nobody's account. */
  readonly tenantId: string | null
  readonly adapter: string
  readonly endpointId: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly outcome: WebhookOutcome
  /** What could not be read, where nothing could. */
  readonly error: string | null
  /** How many of its elements were stored as events, and how many had been stored before. */
  readonly stored: number
  readonly duplicates: number
  readonly receivedAt: Date
  /** When it was last taken in again with another outcome. */
  readonly replayedAt: Date | null
}

/** A call that brought no event. */
export type UnreadWebhook = Omit<KeptWebhook, 'stored' | 'duplicates' | 'replayedAt'> & { readonly error: string }

export interface WebhookFilter {
  readonly adapter?: string
  readonly endpointId?: string
  readonly outcomes?: readonly string[]
  readonly since?: Date
  /** Exclusive. */
  readonly until?: Date
  /** Id of the last one seen. */
  readonly beyond?: string
  readonly oldestFirst?: boolean
  readonly limit: number
}

interface Row {
  readonly id: string
  readonly tenant_id: string | null
  readonly adapter: string
  readonly endpoint_id: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly outcome: WebhookOutcome
  readonly error: string | null
  readonly stored: number
  readonly duplicates: number
  readonly received_at: Date
  readonly replayed_at: Date | null
}

/** Reads the kept calls. A tenant's reads see its own only; without a tenant (CLI, support) all. */
export class WebhookLog {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  async find(id: string, tenantId: string | null): Promise<KeptWebhook | undefined> {
    const [row] = await this.#call('select * from parley.find_webhook(?::uuid, ?::uuid)', [id, tenantId])
    return row === undefined ? undefined : keptOf(row)
  }

  /** Newest first, unless the oldest are wanted first. */
  async list(tenantId: string, filter: WebhookFilter): Promise<readonly KeptWebhook[]> {
    const { adapter, endpointId, outcomes, since, until, beyond, oldestFirst = false, limit } = filter
    const rows = await this.#call(
      `select * from parley.webhooks_at(?::uuid, ?::text, ?::text, ?::text[], ?::timestamptz, ?::timestamptz, ?::uuid,
         ?::boolean, ?::integer)`,
      [
        ...[tenantId, adapter ?? null, endpointId ?? null, outcomes ?? null],
        ...[since ?? null, until ?? null, beyond ?? null, oldestFirst, limit],
      ],
    )
    return rows.map(keptOf)
  }

  /** Resolves after COMMIT. @throws UnavailableError when the storage is down */
  async keep(call: UnreadWebhook): Promise<void> {
    const { id, tenantId, adapter, endpointId, body, headers, outcome, error, receivedAt } = call
    await this.#call(
      'select parley.webhook_keep(?::uuid, ?::uuid, ?::text, ?::text, ?::bytea, ?::json, ?::text, ?::text, ?::timestamptz)',
      [id, tenantId, adapter, endpointId, body, JSON.stringify(headers), outcome, error, receivedAt],
    )
  }

  /** A kept call was taken in again: what came of it counts from now on. */
  async replayed(id: string, came: { readonly outcome: WebhookOutcome; readonly stored: number; readonly at: Date }) {
    await this.#call('select parley.webhook_replayed(?::uuid, ?::text, ?::integer, ?::timestamptz)', [
      ...[id, came.outcome, came.stored, came.at],
    ])
  }

  async #call(sql: string, bindings: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const { rows } = await this.#knex.raw<{ rows: Row[] }>(sql, bindings as Knex.RawBinding[])
      return rows
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}

function keptOf(row: Row): KeptWebhook {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    adapter: row.adapter,
    endpointId: row.endpoint_id,
    body: row.body,
    headers: row.headers,
    outcome: row.outcome,
    error: row.error,
    stored: row.stored,
    duplicates: row.duplicates,
    receivedAt: row.received_at,
    replayedAt: row.replayed_at,
  }
}
