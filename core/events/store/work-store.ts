import type { Knex } from 'knex'
import type { LogRow } from '../log-row.ts'
import type { LaneKey, Settlement } from './settlement.ts'

/** A cursor's move over a batch: from `start` to `end`, the first offset not in it. */
export interface CursorMove {
  readonly topic: string
  readonly part: number
  readonly epoch: number
  readonly start: bigint
  readonly end: bigint
}

export interface OpenCursor {
  readonly topic: string
  readonly part: number
  readonly low: bigint
  readonly epoch: number
  readonly done: readonly bigint[]
}

export interface PartitionLow {
  readonly topic: string
  readonly part: number
  readonly epoch: number
  readonly low: bigint
}

export interface LaneClaim {
  readonly tenant: string
  readonly lanes: readonly { readonly t: string; readonly k: string; readonly p: number; readonly a: number }[]
  readonly events: readonly LogRow[]
}

export interface LaneRequest {
  readonly now: Date
  /** Whose turn was last. */
  readonly after: string
  /** Tenants that are being worked for right now. */
  readonly busy: readonly string[]
  readonly lanes: number
  readonly events: number
  readonly timeoutMs: number
}

/** Topic and partition, or topic and key. */
export type Pair<V> = readonly [string, V]

/** SQLSTATE: the group was reset, or another process finished the event; reopen the cursors. */
export const staleState = 'PL001'

export function isStale(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === staleState
}

/** The engine's functions over a group's progress. Every method is one round trip in the caller's transaction. */
export class WorkStore {
  async open(db: Knex, group: string, partitions: readonly Pair<number>[], latest: boolean): Promise<OpenCursor[]> {
    const ranges = JSON.stringify(partitions.map(([t, p]) => ({ t, p })))
    const { rows } = await db.raw<{
      rows: { topic: string; part: number; low: string; epoch: number; done: string[] }[]
    }>('select * from parley.cursor_open(?, ?, ?)', [group, ranges, latest])
    return rows.map((row) => ({ ...row, low: BigInt(row.low), done: row.done.map(BigInt) }))
  }

  /** `advanced`: the partitions whose events are this transaction's; `blocked`: keys that have a lane. */
  async serialBegin(
    db: Knex,
    group: string,
    moves: readonly CursorMove[],
    keys: readonly LaneKey[],
    timeoutMs: number,
  ): Promise<{ advanced: readonly Pair<number>[]; blocked: readonly Pair<string>[] }> {
    const cursors = moves.map((m) => ({ t: m.topic, p: m.part, s: Number(m.start), e: Number(m.end), v: m.epoch }))
    const { rows } = await db.raw<{ rows: { begun: { advanced: Pair<number>[]; blocked: Pair<string>[] } }[] }>(
      'select parley.serial_begin(?, ?, ?, ?) as begun',
      [group, JSON.stringify(cursors), keyRows(keys), timeoutMs],
    )
    return rows[0]?.begun ?? { advanced: [], blocked: [] }
  }

  /** `claimed`: offsets that nobody has finished. Throws SQLSTATE PL001 for a zombie; see {@link isStale}. */
  async keyedBegin(
    db: Knex,
    group: string,
    positions: readonly { topic: string; part: number; off: bigint; epoch: number }[],
    keys: readonly LaneKey[],
    timeoutMs: number,
  ): Promise<{ claimed: readonly (readonly [string, number, number])[]; blocked: readonly Pair<string>[] }> {
    const wanted = positions.map((p) => ({ t: p.topic, p: p.part, o: Number(p.off) }))
    const epochs = new Map(positions.map((p) => [`${p.topic}/${p.part}`, { t: p.topic, p: p.part, v: p.epoch }]))
    const { rows } = await db.raw<{
      rows: { begun: { claimed: [string, number, number][]; blocked: Pair<string>[] } }[]
    }>('select parley.keyed_begin(?, ?, ?, ?, ?) as begun', [
      group,
      JSON.stringify(wanted),
      JSON.stringify([...epochs.values()]),
      keyRows(keys),
      timeoutMs,
    ])
    return rows[0]?.begun ?? { claimed: [], blocked: [] }
  }

  /** @returns partitions that a replay has reset */
  async advance(db: Knex, group: string, lows: readonly PartitionLow[]): Promise<readonly Pair<number>[]> {
    const { rows } = await db.raw<{ rows: { stale: Pair<number>[] }[] }>(
      'select parley.cursor_advance(?, ?) as stale',
      [group, lowRows(lows)],
    )
    return rows[0]?.stale ?? []
  }

  /** `undefined` when no lane is due. */
  async laneBegin(db: Knex, group: string, request: LaneRequest): Promise<LaneClaim | undefined> {
    const { now, after, busy, lanes, events, timeoutMs } = request
    const { rows } = await db.raw<{ rows: { claim: LaneClaim | null }[] }>(
      'select parley.lane_begin(?, ?, ?, ?::uuid[], ?, ?, ?) as claim',
      [group, now, after, [...busy], lanes, events, timeoutMs],
    )
    return rows[0]?.claim ?? undefined
  }

  async settle(db: Knex, group: string, now: Date, settlement: Settlement): Promise<void> {
    await db.raw('select parley.settle(?, ?, ?, ?, ?, ?, ?, ?)', [group, now, ...settlement.bindings()])
  }

  /** How many events of each tenant wait in lanes. */
  async parkedOf(db: Knex, group: string, tenants: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await db.raw<{ rows: { tenant_id: string; events: string }[] }>(
      'select * from parley.parked_of(?, ?::uuid[])',
      [group, [...tenants]],
    )
    return new Map(rows.map((row) => [row.tenant_id, Number(row.events)]))
  }
}

function keyRows(keys: readonly LaneKey[]): string {
  const distinct = new Map(keys.map(({ topic, key }) => [`${topic}\n${key}`, { t: topic, k: key }]))
  return JSON.stringify([...distinct.values()])
}

export function lowRows(lows: readonly PartitionLow[]): string {
  return JSON.stringify(lows.map((low) => ({ t: low.topic, p: low.part, l: Number(low.low), v: low.epoch })))
}
