import type { CarrierPartition } from '@parley/core'
import type { Admin, Consumer } from 'kafkajs'

export interface PlacementParts {
  readonly consumer: Pick<Consumer, 'pause' | 'resume' | 'seek'>
  readonly admin: Pick<Admin, 'fetchTopicOffsets'>
  /** By the broker's names of topics. */
  readonly assigned: Readonly<Record<string, readonly number[]>>
  readonly prefix: string
  readonly onLive: (partitions: readonly CarrierPartition[]) => void
  /** The ends could not be had. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Where a consumer stands, from one join to the next. All partitions are paused at first. Each one that is wanted gets its
 * place, the partition's end as the broker names it now, then it is resumed and live: whatever is published after that
 * moment lies behind the place. A partition that is wanted no more is paused, and gets a new place when it is wanted again.
 */
export class Placement {
  readonly #parts: PlacementParts
  readonly #placed = new Map<string, CarrierPartition>()
  #wanted = new Map<string, CarrierPartition>()
  #busy = false
  #closed = false

  constructor(parts: PlacementParts) {
    this.#parts = parts
    const { consumer, assigned } = parts
    consumer.pause(Object.entries(assigned).map(([topic, partitions]) => ({ topic, partitions: [...partitions] })))
  }

  set(partitions: readonly CarrierPartition[]): void {
    this.#wanted = new Map(partitions.map((partition) => [nameOf(partition), partition]))
    for (const [name, partition] of this.#placed) {
      if (this.#wanted.has(name)) continue
      this.#placed.delete(name)
      this.#parts.consumer.pause([this.#theirs(partition)])
    }
    if (!this.#busy) void this.#work()
  }

  pause(partition: CarrierPartition): void {
    if (this.#isPlaced(partition)) this.#parts.consumer.pause([this.#theirs(partition)])
  }

  resume(partition: CarrierPartition): void {
    if (this.#isPlaced(partition)) this.#parts.consumer.resume([this.#theirs(partition)])
  }

  /** Another join, or the end: nobody is live through this one any more. */
  close(): void {
    this.#closed = true
  }

  async #work(): Promise<void> {
    this.#busy = true
    try {
      for (let topic = this.#nextTopic(); topic !== undefined; topic = this.#nextTopic()) await this.#place(topic)
    } catch (error) {
      if (!this.#closed) this.#parts.onFailure(error)
    } finally {
      this.#busy = false
    }
  }

  /** A topic with partitions that wait for their place. */
  #nextTopic(): string | undefined {
    return this.#closed ? undefined : this.#waiting()[0]?.topic
  }

  #waiting(): CarrierPartition[] {
    return [...this.#wanted.values()].filter((partition) => !this.#isPlaced(partition) && this.#isAssigned(partition))
  }

  async #place(topic: string): Promise<void> {
    const { admin, consumer, prefix, onLive } = this.#parts
    const ends = await admin.fetchTopicOffsets(`${prefix}${topic}`)
    if (this.#closed) return
    const places = new Map(ends.map(({ partition, high }) => [partition, high]))
    const fresh = this.#waiting().filter((partition) => partition.topic === topic)
    for (const partition of fresh) {
      const offset = places.get(partition.part)
      if (offset === undefined) throw new Error(`Kafka names no end of ${topic}/${partition.part}.`)
      this.#placed.set(nameOf(partition), partition)
      consumer.seek({ topic: `${prefix}${topic}`, partition: partition.part, offset })
    }
    consumer.resume([{ topic: `${prefix}${topic}`, partitions: fresh.map(({ part }) => part) }])
    onLive(fresh)
  }

  #isPlaced(partition: CarrierPartition): boolean {
    return this.#placed.has(nameOf(partition))
  }

  #isAssigned({ topic, part }: CarrierPartition): boolean {
    return this.#parts.assigned[`${this.#parts.prefix}${topic}`]?.includes(part) === true
  }

  #theirs({ topic, part }: CarrierPartition): { topic: string; partitions: number[] } {
    return { topic: `${this.#parts.prefix}${topic}`, partitions: [part] }
  }
}

function nameOf({ topic, part }: CarrierPartition): string {
  return `${topic}/${part}`
}
