import type { Knex } from 'knex'
import type { Position } from '../../plugin/event.ts'
import type { GroupLag } from '../engine-options.ts'
import type { ErrorChain } from '../error-chain.ts'

export interface DeadRow {
  readonly grp: string
  readonly topic: string
  readonly part: number
  readonly off: string
  readonly tenant_id: string | null
  readonly key: string
  readonly type: string
  readonly error: ErrorChain
  readonly attempts: number
  readonly died_at: Date
  readonly raw: string | null
}

interface LagRow {
  readonly grp: string
  readonly events: string
  readonly seconds: number
  readonly parked: string
  readonly dead: string
  readonly oldest_lane_seconds: number
}

export interface WebhookLogRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly adapter: string
  readonly endpoint_id: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, unknown>>
  readonly stored: number
  readonly duplicates: number
  readonly outcome: string
  readonly received_at: Date
}

export interface DeadQuery {
  readonly group: string | null
  readonly tenantId: string | null
  readonly type: string | null
  /** JSON `{ at, g, t, p, o }` of the last row seen. */
  readonly after: string | null
  readonly limit: number
}

/** The engine's functions for operators. */
export class AdminStore {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  async dead({ group, tenantId, type, after, limit }: DeadQuery): Promise<readonly DeadRow[]> {
    return this.#rows<DeadRow>('select * from parley.dead_list(?, ?, ?, ?, ?)', [group, tenantId, type, after, limit])
  }

  async deadAt(group: string, { topic, part, off }: Position): Promise<DeadRow | undefined> {
    const sql = 'select * from parley.dead_find(?, ?, ?, ?)'
    const [row] = await this.#rows<DeadRow>(sql, [group, topic, part, off.toString()])
    return row
  }

  replayDead(group: string, positions: readonly Position[], now: Date): Promise<number> {
    return this.#count('select parley.dead_replay(?, ?, ?) as count', [group, positionRows(positions), now])
  }

  discardDead(group: string, positions: readonly Position[], now: Date): Promise<number> {
    return this.#count('select parley.dead_discard(?, ?, ?) as count', [group, positionRows(positions), now])
  }

  async since(topics: readonly string[], at: Date): Promise<readonly Position[]> {
    const rows = await this.#rows<{ topic: string; part: number; off: string }>(
      'select * from parley.log_since(?, ?)',
      [[...topics], at],
    )
    return rows.map((row) => ({ ...row, off: BigInt(row.off) }))
  }

  /** Waits for a lock timeout at most: `database.busy` when somebody still works for the group. */
  async close(trx: Knex.Transaction, group: string): Promise<void> {
    await trx.raw('select parley.group_close(?)', [group])
  }

  async reset(trx: Knex.Transaction, group: string, targets: readonly Position[]): Promise<void> {
    const lows = targets.map(({ topic, part, off }) => ({ t: topic, p: part, l: Number(off) }))
    await trx.raw('select parley.group_reset(?, ?)', [group, JSON.stringify(lows)])
  }

  async lag(group: string | null, now: Date): Promise<readonly GroupLag[]> {
    const rows = await this.#rows<LagRow>('select * from parley.group_lag(?, ?)', [group, now])
    return rows.map((row) => ({
      group: row.grp,
      events: Number(row.events),
      seconds: row.seconds,
      parked: Number(row.parked),
      dead: Number(row.dead),
      oldestLaneSeconds: row.oldest_lane_seconds,
    }))
  }

  /** Opens a new segment of the log if the newest was opened before `before`. @returns the newest's number */
  rollSegment(now: Date, before: Date): Promise<number> {
    return this.#count('select parley.segment_roll(?, ?) as count', [now, before])
  }

  dropSegments(before: Date): Promise<number> {
    return this.#count('select parley.segment_drop(?) as count', [before])
  }

  purgeWebhooks(before: Date, limit: number): Promise<number> {
    return this.#count('select parley.webhook_purge(?, ?) as count', [before, limit])
  }

  purgeDedupe(before: Date, limit: number): Promise<number> {
    return this.#count('select parley.dedupe_purge(?, ?) as count', [before, limit])
  }

  /** Keys with their hashes: a key's events lie in one partition of each topic. */
  erase(
    tenantId: string,
    keys: readonly string[],
    hashes: readonly number[],
    types: readonly object[],
  ): Promise<number> {
    const values = [tenantId, [...keys], [...hashes], JSON.stringify(types)]
    return this.#count('select parley.log_erase_keys(?, ?, ?, ?) as count', values)
  }

  webhooks(values: readonly (string | number | Date | null)[]): Promise<readonly WebhookLogRow[]> {
    return this.#rows<WebhookLogRow>('select * from parley.webhook_list(?, ?, ?, ?, ?, ?)', values)
  }

  async #rows<T>(sql: string, values: readonly unknown[]): Promise<readonly T[]> {
    const { rows } = await this.#knex.raw<{ rows: T[] }>(sql, values as Knex.RawBinding[])
    return rows
  }

  async #count(sql: string, values: readonly unknown[]): Promise<number> {
    const [row] = await this.#rows<{ count: number }>(sql, values)
    return row?.count ?? 0
  }
}

function positionRows(positions: readonly Position[]): string {
  return JSON.stringify(positions.map(({ topic, part, off }) => ({ t: topic, p: part, o: Number(off) })))
}
