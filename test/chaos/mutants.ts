import type { Knex } from 'knex'
import type { PendingEvent } from '../../core/events/appender.ts'
import { type DedupeKey, LogStore, type WebhookRow } from '../../core/events/store/log-store.ts'
import type { LaneKey } from '../../core/events/store/settlement.ts'
import { type CursorMove, type Pair, WorkStore } from '../../core/events/store/work-store.ts'

/**
 * Ways to get it wrong, each the engine with one thing missing. The checker must catch every one of them: a checker
 * that never failed proves nothing.
 */
export const mutants = ['advance-first', 'no-done', 'no-low-check', 'ignore-lanes', 'batch-duplicates'] as const

export type Mutant = (typeof mutants)[number]

export function isMutant(name: string): name is Mutant {
  return mutants.some((mutant) => mutant === name)
}

export function mutantStores(name: Mutant, knex: Knex, partitions: number): { log?: LogStore; work?: WorkStore } {
  if (name === 'advance-first') return { work: new AdvanceFirst(knex) }
  if (name === 'no-done') return { work: new NoDone() }
  if (name === 'no-low-check') return { work: new NoLowCheck() }
  if (name === 'ignore-lanes') return { work: new IgnoreLanes() }
  return { log: new BatchDuplicates(knex, partitions) }
}

type KeyedPosition = { topic: string; part: number; off: bigint; epoch: number }
type Claim = { claimed: readonly (readonly [string, number, number])[]; blocked: readonly Pair<string>[] }

/** Moves the cursor in a transaction of its own, before the handler has run: a crash in between loses events. */
class AdvanceFirst extends WorkStore {
  readonly #knex: Knex

  constructor(knex: Knex) {
    super()
    this.#knex = knex
  }

  override serialBegin(_trx: Knex, group: string, moves: readonly CursorMove[], keys: readonly LaneKey[], ms: number) {
    return super.serialBegin(this.#knex, group, moves, keys, ms)
  }
}

/** Claims nothing: whoever holds an event handles it. */
class NoDone extends WorkStore {
  override async keyedBegin(
    db: Knex,
    group: string,
    positions: readonly KeyedPosition[],
    keys: readonly LaneKey[],
  ): Promise<Claim> {
    const { blocked } = await super.serialBegin(db, group, [], keys, 30_000)
    return { claimed: positions.map(({ topic, part, off }) => [topic, part, Number(off)] as const), blocked }
  }
}

/** Claims by done rows, but does not ask whether they were pruned: a zombie's old events look new. */
class NoLowCheck extends WorkStore {
  override async keyedBegin(
    db: Knex,
    group: string,
    positions: readonly KeyedPosition[],
    keys: readonly LaneKey[],
    ms: number,
  ): Promise<Claim> {
    const open = await super.open(
      db,
      group,
      [...new Map(positions.map((p): [string, Pair<number>] => [`${p.topic}/${p.part}`, [p.topic, p.part]])).values()],
      false,
    )
    const lows = new Map(open.map((cursor) => [`${cursor.topic}/${cursor.part}`, cursor]))
    const isOld = ({ topic, part, off }: KeyedPosition) => off < (lows.get(`${topic}/${part}`)?.low ?? 0n)
    const current = positions
      .filter((position) => !isOld(position))
      .map((position) => ({ ...position, epoch: lows.get(`${position.topic}/${position.part}`)?.epoch ?? 0 }))
    const { claimed, blocked } = await super.keyedBegin(db, group, current, keys, ms)
    const old = positions.filter(isOld).map(({ topic, part, off }) => [topic, part, Number(off)] as const)
    return { claimed: [...claimed, ...old], blocked }
  }
}

/** Hands over events whose key has a failed one before them. */
class IgnoreLanes extends WorkStore {
  override async serialBegin(
    db: Knex,
    group: string,
    moves: readonly CursorMove[],
    keys: readonly LaneKey[],
    ms: number,
  ) {
    return { ...(await super.serialBegin(db, group, moves, keys, ms)), blocked: [] }
  }

  override async keyedBegin(
    db: Knex,
    group: string,
    positions: readonly KeyedPosition[],
    keys: readonly LaneKey[],
    ms: number,
  ) {
    return { ...(await super.keyedBegin(db, group, positions, keys, ms)), blocked: [] }
  }
}

/** Sees duplicates against the table, not within one flush. */
class BatchDuplicates extends LogStore {
  override ingest(
    keys: readonly DedupeKey[],
    events: readonly PendingEvent[],
    webhooks: readonly WebhookRow[],
    now: Date,
  ): Promise<readonly number[]> {
    const seen = new Map<string, number>()
    const distinct = keys.map((key) => {
      const name = `${key.tenantId}/${key.scope}/${key.key}`
      const count = seen.get(name) ?? 0
      seen.set(name, count + 1)
      return count === 0 ? key : { ...key, key: `${key.key}~${count}` }
    })
    return super.ingest(distinct, events, webhooks, now)
  }
}
