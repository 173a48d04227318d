import type { OutgoingRecord } from '../../contracts/ports/event-carrier.ts'
import type { CloudEvent } from '../../plugin/event.ts'
import { type LogRow, toRecord } from '../log-row.ts'

/** What one send carries, and where the relay's cursors stand once it has arrived. */
export interface RelayBatch {
  readonly records: readonly OutgoingRecord[]
  /** The first offset after the batch, by partition. */
  readonly ends: readonly { readonly topic: string; readonly part: number; readonly end: bigint }[]
  /** Rows that are no events: whoever reads finds them missing, and what is to be done about them, in the log. */
  readonly skipped: number
}

/** `rows` hold data as JSON text, in offset order within a partition. */
export function relayBatch(log: string, rows: readonly LogRow[]): RelayBatch {
  const records: OutgoingRecord[] = []
  const ends = new Map<string, { topic: string; part: number; end: bigint }>()
  for (const row of rows) {
    const record = toRecord(row)
    const { topic, part, off } = record.position
    ends.set(`${topic}/${part}`, { topic, part, end: off + 1n })
    if ('event' in record) records.push({ log, position: record.position, event: record.event as CloudEvent<string> })
  }
  return { records, ends: [...ends.values()], skipped: rows.length - records.length }
}
