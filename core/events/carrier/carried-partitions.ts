import type { CarrierPartition } from '../../contracts/ports/event-carrier.ts'
import { CarriedPartition, type CarriedState } from './carried-partition.ts'

/** The partitions that somebody in this process reads, by topic. */
export class CarriedPartitions {
  readonly #make: (topic: string, part: number) => CarriedPartition
  readonly #topics = new Map<string, Map<number, CarriedPartition>>()

  /** @param make replaced by the chaos suite, whose mutants must be caught */
  constructor(make = (topic: string, part: number) => new CarriedPartition(topic, part)) {
    this.#make = make
  }

  get({ topic, part }: CarrierPartition): CarriedPartition | undefined {
    return this.#topics.get(topic)?.get(part)
  }

  open({ topic, part }: CarrierPartition): CarriedPartition {
    const parts = this.#topics.get(topic) ?? new Map<number, CarriedPartition>()
    this.#topics.set(topic, parts)
    const partition = parts.get(part) ?? this.#make(topic, part)
    parts.set(part, partition)
    return partition
  }

  /** Opens these and closes all others. */
  keep(wanted: readonly CarrierPartition[]): void {
    const kept = new Set(wanted.map((partition) => this.open(partition)))
    for (const [topic, parts] of this.#topics) {
      for (const [part, partition] of parts) if (!kept.has(partition)) parts.delete(part)
      if (parts.size === 0) this.#topics.delete(topic)
    }
  }

  all(): readonly CarriedPartition[] {
    return [...this.#topics.values()].flatMap((parts) => [...parts.values()])
  }

  topics(): readonly string[] {
    return [...this.#topics.keys()]
  }

  some(topic: string, state: CarriedState): boolean {
    for (const partition of this.#topics.get(topic)?.values() ?? []) if (partition.state === state) return true
    return false
  }

  /** True when no reader of the topic needs the log. */
  areLive(topic: string): boolean {
    return this.some(topic, 'live') && !this.some(topic, 'syncing') && !this.some(topic, 'unsynced')
  }

  figures(): { readonly unsynced: number; readonly syncing: number; readonly live: number; readonly buffered: number } {
    const figures = { unsynced: 0, syncing: 0, live: 0, buffered: 0 }
    for (const partition of this.all()) {
      figures[partition.state] += 1
      figures.buffered += partition.size
    }
    return figures
  }
}
