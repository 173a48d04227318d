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
  /** How many of its elements were stored as events, and how many had been stored before. */
  readonly stored: number
  readonly duplicates: number
  readonly receivedAt: Date
}

interface Row {
  readonly id: string
  readonly tenant_id: string | null
  readonly adapter: string
  readonly endpoint_id: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly outcome: WebhookOutcome
  readonly stored: number
  readonly duplicates: number
  readonly received_at: Date
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

  /** Newest first, older than the one with the id `before`. */
  async list(
    tenantId: string,
    query: { adapter?: string; outcome?: string; before?: string; limit: number },
  ): Promise<readonly KeptWebhook[]> {
    const { adapter = null, outcome = null, before = null, limit } = query
    const rows = await this.#call('select * from parley.webhooks_of(?::uuid, ?::text, ?::text, ?::uuid, ?::integer)', [
      tenantId,
      adapter,
      outcome,
      before,
      limit,
    ])
    return rows.map(keptOf)
  }

  async #call(sql: string, bindings: readonly (string | number | null)[]): Promise<readonly Row[]> {
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
    stored: row.stored,
    duplicates: row.duplicates,
    receivedAt: row.received_at,
  }
}
