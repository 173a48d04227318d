import type { EventTransport, LogRange, LogRecord } from '../contracts/ports/event-transport.ts'
import { toRecord } from './log-row.ts'
import type { LogStore } from './store/log-store.ts'

/** Reads the log where it is written. The default transport, and what any other falls back to for old offsets. */
export class PostgresTransport implements EventTransport {
  readonly #store: LogStore
  readonly #listeners = new Set<(topics: readonly string[]) => void>()

  constructor(store: LogStore) {
    this.#store = store
  }

  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    const rows = await this.#store.read(ranges, limit)
    return rows.map(toRecord)
  }

  onArrival(listener: (topics: readonly string[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Somebody committed, here or elsewhere. */
  arrived(topics: readonly string[]): void {
    for (const listener of this.#listeners) listener(topics)
  }
}
