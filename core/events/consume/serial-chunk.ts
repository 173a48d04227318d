import type { LogRange, LogRecord } from '../../contracts/ports/event-transport.ts'
import type { CursorMove } from '../store/work-store.ts'
import { type Partitions, partitionName } from './partitions.ts'
import type { SortedRecords, Wanted } from './sort-records.ts'

/** What was asked for, and what came. */
export interface ReadWindow {
  readonly ranges: readonly LogRange[]
  readonly records: readonly LogRecord[]
}

/** What one serial transaction covers: how its cursors move, and what lies in between. */
export interface SerialChunk extends SortedRecords {
  readonly moves: readonly CursorMove[]
}

/**
 * A partition takes part only if it was read from exactly where its cursor stands: then nothing between the cursor and
 * the last record is missing. `undefined` when none does.
 */
export function planChunk(
  partitions: Partitions,
  { ranges, records }: ReadWindow,
  sorted: SortedRecords,
): SerialChunk | undefined {
  const asked = new Map(ranges.map((range) => [partitionName(range), range.from]))
  const moves = new Map<string, CursorMove>()
  for (const { position } of records) {
    const partition = partitions.of(position)
    if (partition === undefined || partition.low !== asked.get(partition.name)) continue
    const { topic, part, epoch, low } = partition
    moves.set(partition.name, { topic, part, epoch, start: low, end: position.off + 1n })
  }
  if (moves.size === 0) return undefined
  const within = (position: Wanted['position']) => moves.has(partitionName(position))
  return {
    moves: [...moves.values()],
    wanted: sorted.wanted.filter((event) => within(event.position)),
    undecodable: sorted.undecodable.filter((event) => within(event.position)),
    passedOver: sorted.passedOver.filter(within),
  }
}
