import type { EventTransport, LogRange, LogRecord } from '../../../../core/contracts/ports/event-transport.ts'
import type { CloudEvent } from '../../../../core/plugin/event.ts'

/** The event that stands at a place: its number is its offset. */
export function eventAt(topic: string, part: number, off: number): CloudEvent<{ n: number }> {
  return {
    specversion: '1.0',
    id: `${topic}-${part}-${off}`,
    source: '/test',
    type: 'test.noted.v1',
    time: '2026-01-01T00:00:00.000Z',
    tenantid: '11111111-1111-7111-8111-111111111111',
    partitionkey: '11111111-1111-7111-8111-111111111111/k',
    correlationid: 'c',
    data: { n: off },
  }
}

/** A log in memory that counts its reads. */
export class MemoryLog implements EventTransport {
  reads = 0
  readonly #heads = new Map<string, number>()
  readonly #listeners = new Set<(topics: readonly string[]) => void>()

  append(topic: string, part: number, count: number): void {
    this.#heads.set(`${topic}/${part}`, this.head(topic, part) + count)
    for (const listener of this.#listeners) listener([topic])
  }

  head(topic: string, part: number): number {
    return this.#heads.get(`${topic}/${part}`) ?? 0
  }

  /** The answer is what stood there when the read began; it comes later. */
  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRecord[]> {
    this.reads += 1
    return ranges.flatMap(({ topic, part, from }) => {
      const end = Math.min(this.head(topic, part), Number(from) + limit)
      return Array.from({ length: Math.max(0, end - Number(from)) }, (_, i) => ({
        position: { topic, part, off: from + BigInt(i) },
        event: eventAt(topic, part, Number(from) + i),
      }))
    })
  }

  onArrival(listener: (topics: readonly string[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
