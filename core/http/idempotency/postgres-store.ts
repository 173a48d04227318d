import type { Knex } from 'knex'
import { newId } from '../../plugin/new-id.ts'
import type { Clock } from '../../plugin/services.ts'
import type { Database } from '../../plugin/unit-of-work.ts'
import type { Claim, IdempotencyScope, IdempotencyStore, StoredAnswer } from './store.ts'

interface Row {
  readonly request_hash: string
  readonly locked_until: Date
  readonly status: number | null
  readonly headers: Record<string, string> | null
  readonly content_type: string | null
  readonly body: string | null
}

const TABLE = 'parley.idempotency_key'
const PURGE_BITE = 5_000

/**
 * Takes a free key, an expired one, or one whose holder's lease has ended and who asked the same. Everything else is left
 * as it is, and answers no row.
 */
const CLAIM = `
  insert into ${TABLE} as k (tenant_id, route, actor, key, request_hash, attempt, locked_until, expires_at)
  values (:tenantId, :route, :actor, :key, :requestHash, :attempt, :lockedUntil, :expiresAt)
  on conflict (tenant_id, route, actor, key) do update set
    request_hash = excluded.request_hash, attempt = excluded.attempt, locked_until = excluded.locked_until,
    expires_at = excluded.expires_at, status = null, headers = null, content_type = null, body = null
  where k.expires_at <= :now
     or (k.status is null and k.locked_until <= :now and k.request_hash = excluded.request_hash)
  returning k.attempt`

/** Keys under the tenants' row-level security. Each call is one short transaction of its own. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  readonly #database: Database
  readonly #knex: Knex
  readonly #clock: Clock

  /** `knex` is for the purge, which spans tenants and goes through an engine function. */
  constructor(parts: { database: Database; knex: Knex; clock: Clock }) {
    this.#database = parts.database
    this.#knex = parts.knex
    this.#clock = parts.clock
  }

  claim(scope: IdempotencyScope, requestHash: string, terms: { ttlMs: number; leaseMs: number }): Promise<Claim> {
    const now = this.#clock.millis()
    const attempt = newId()
    const values = {
      ...scope,
      requestHash,
      attempt,
      now: new Date(now),
      lockedUntil: new Date(now + terms.leaseMs),
      expiresAt: new Date(now + terms.ttlMs),
    }
    return this.#database.transaction(scope.tenantId, async ({ trx }) => {
      const { rows } = await trx.raw<{ rows: unknown[] }>(CLAIM, values)
      if (rows.length > 0) return { state: 'mine', attempt }
      const row = await trx<Row>(TABLE).where(keyOf(scope)).first()
      return row === undefined ? { state: 'in-flight', retryAfterSeconds: 1 } : claimOf(row, requestHash, now)
    })
  }

  async complete(scope: IdempotencyScope, attempt: string, answer: StoredAnswer): Promise<void> {
    await this.#database.transaction(scope.tenantId, async ({ trx }) => {
      await trx(TABLE)
        .where({ ...keyOf(scope), attempt })
        .update({
          status: answer.status,
          headers: JSON.stringify(answer.headers),
          content_type: answer.contentType,
          body: answer.body,
        })
    })
  }

  async release(scope: IdempotencyScope, attempt: string): Promise<void> {
    await this.#database.transaction(scope.tenantId, async ({ trx }) => {
      await trx(TABLE)
        .where({ ...keyOf(scope), attempt })
        .delete()
    })
  }

  async purge(): Promise<number> {
    const now = this.#clock.now()
    let total = 0
    for (;;) {
      const { rows } = await this.#knex.raw<{ rows: { gone: string }[] }>(
        'select parley.purge_idempotency_keys(?, ?) as gone',
        [now, PURGE_BITE],
      )
      const gone = Number(rows[0]?.gone ?? 0)
      total += gone
      if (gone < PURGE_BITE) return total
    }
  }
}

function keyOf(scope: IdempotencyScope) {
  return { tenant_id: scope.tenantId, route: scope.route, actor: scope.actor, key: scope.key }
}

function claimOf(row: Row, requestHash: string, now: number): Claim {
  if (row.request_hash !== requestHash) return { state: 'other-request' }
  if (row.status === null) {
    return { state: 'in-flight', retryAfterSeconds: Math.max(1, Math.ceil((row.locked_until.getTime() - now) / 1000)) }
  }
  const { status, headers, body, content_type: contentType } = row
  return { state: 'done', answer: { status, headers: headers ?? {}, body, contentType } }
}
