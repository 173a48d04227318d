import type { Knex } from 'knex'
import type { LogRow } from '../log-row.ts'
import type { LaneKey, Settlement } from './settlement.ts'
import { lowRows, type Pair, type PartitionLow } from './work-store.ts'

export type DueRow = LogRow & { readonly attempt: number }

export type WaitingLane = LaneKey & {
  readonly part: number
  /** bigint as pg gives it: the first offset that waits. */
  readonly first: string
}

/** The engine's functions for streams. */
export class StreamStore {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** Keys that wait in these partitions. */
  async lanes(group: string, partitions: readonly Pair<number>[]): Promise<readonly WaitingLane[]> {
    const { rows } = await this.#knex.raw<{ rows: WaitingLane[] }>('select * from parley.stream_lanes(?, ?)', [
      group,
      ranges(partitions),
    ])
    return rows
  }

  /** First waiting events of due lanes, tenants taking turns; lanes in `busy` are left out. */
  async due(
    group: string,
    partitions: readonly Pair<number>[],
    now: Date,
    busy: readonly LaneKey[],
    limit: number,
  ): Promise<readonly DueRow[]> {
    const { rows } = await this.#knex.raw<{ rows: DueRow[] }>('select * from parley.stream_due(?, ?, ?, ?, ?)', [
      group,
      ranges(partitions),
      now,
      JSON.stringify(busy.map(({ topic, key }) => ({ t: topic, k: key }))),
      limit,
    ])
    return rows
  }

  /**
   * @returns the released lanes in which something still waits
   * @throws SQLSTATE PL001 when a replay has reset the group
   */
  async settle(
    group: string,
    now: Date,
    lows: readonly PartitionLow[],
    done: readonly { readonly topic: string; readonly part: number; readonly off: bigint }[],
    settlement: Settlement,
  ): Promise<readonly Pair<string>[]> {
    const { rows } = await this.#knex.raw<{ rows: { lanes: Pair<string>[] }[] }>(settleSql, [
      group,
      now,
      lowRows(lows),
      JSON.stringify(done.map(({ topic, part, off }) => ({ t: topic, p: part, o: Number(off) }))),
      ...settlement.bindings(),
    ])
    return rows[0]?.lanes ?? []
  }
}

const settleSql = 'select parley.stream_settle(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as lanes'

function ranges(partitions: readonly Pair<number>[]): string {
  return JSON.stringify(partitions.map(([t, p]) => ({ t, p })))
}
