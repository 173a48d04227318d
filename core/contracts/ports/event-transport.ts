import type { CloudEvent, Position } from '../../plugin/event.ts'

/** Where to read on: the first wanted offset of a partition. */
export interface LogRange {
  readonly topic: string
  readonly part: number
  readonly from: bigint
}

/** An event as it stands in the log, or what stands there and cannot be understood. */
export type LogRecord =
  | { readonly position: Position; readonly event: CloudEvent }
  | { readonly position: Position; readonly undecodable: UndecodableRecord }

export interface UndecodableRecord {
  /** As much as is known. */
  readonly tenantId?: string
  readonly key?: string
  readonly type?: string
  readonly reason: string
  /** The content as text. */
  readonly raw: string
}

/**
 * How committed events reach a process: from Postgres, or over a broker where an adapter offers one (`EventCarrier`).
 * Positions are those of the Postgres log either way; cursors, retries and dead letters are kept by the engine and are the same for both.
 */
export interface EventTransport {
  /**
   * Records at and after each range's offset, in offset order and without a gap within a partition; at most about
   * `limit` in all. An empty answer means that there is nothing new now.
   */
  read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]>
  /** Calls back when there may be something new in these topics; a hint. Returns what ends it. */
  onArrival(listener: (topics: readonly string[]) => void): () => void
}
