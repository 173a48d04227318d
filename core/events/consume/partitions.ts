import type { Knex } from 'knex'
import type { LogRange } from '../../contracts/ports/event-transport.ts'
import type { Position } from '../../plugin/event.ts'
import type { OpenCursor, Pair, PartitionLow, WorkStore } from '../store/work-store.ts'
import type { TopicPartition } from './consumer.ts'
import type { Group } from './group.ts'

/**
 * A partition as its reader knows it. `low`: everything below is finished and the cursor says so. `next`: what to read
 * next; what lies between is in flight, or finished out of order.
 */
export class Partition {
  readonly topic: string
  readonly part: number
  readonly epoch: number
  low: bigint
  next: bigint
  readonly #finished: Set<bigint>

  constructor(cursor: OpenCursor) {
    this.topic = cursor.topic
    this.part = cursor.part
    this.epoch = cursor.epoch
    this.low = cursor.low
    this.next = cursor.low
    this.#finished = new Set(cursor.done)
  }

  get name(): string {
    return partitionName(this)
  }

  isFinished(off: bigint): boolean {
    return off < this.low || this.#finished.has(off)
  }

  /** Durably finished, passed over, or parked. */
  finish(off: bigint): void {
    if (off >= this.low) this.#finished.add(off)
  }

  /** The low that the finished events allow, which may be ahead of `low`. */
  contiguous(): bigint {
    let low = this.low
    while (this.#finished.has(low)) low += 1n
    return low
  }

  /** The cursor in the database has moved. */
  advance(low: bigint): void {
    while (this.low < low) {
      this.#finished.delete(this.low)
      this.low += 1n
    }
    if (this.next < low) this.next = low
  }
}

export function partitionName(partition: TopicPartition | Position): string {
  return `${partition.topic}/${partition.part}`
}

/**
 * The partitions a group reads in this process: assigned by lease, opened (their cursors loaded) when first needed, and
 * forgotten to be opened anew whenever somebody else may have moved a cursor.
 */
export class Partitions {
  readonly #group: Pick<Group, 'name' | 'latest'>
  readonly #store: WorkStore
  readonly #open = new Map<string, Partition>()
  #assigned = new Map<string, TopicPartition>()

  constructor(group: Pick<Group, 'name' | 'latest'>, store: WorkStore) {
    this.#group = group
    this.#store = store
  }

  /** @returns the names of open partitions that were lost; they are closed */
  assign(partitions: readonly TopicPartition[]): string[] {
    this.#assigned = new Map(partitions.map((partition) => [partitionName(partition), partition]))
    const lost = [...this.#open.keys()].filter((name) => !this.#assigned.has(name))
    for (const name of lost) this.#open.delete(name)
    return lost
  }

  /** Loads the cursors of assigned partitions that are not open. @returns the new ones */
  async openAll(knex: Knex): Promise<readonly Partition[]> {
    const missing = [...this.#assigned].filter(([name]) => !this.#open.has(name)).map(([, partition]) => partition)
    if (missing.length === 0) return []
    const wanted = missing.map(({ topic, part }): Pair<number> => [topic, part])
    const cursors = await this.#store.open(knex, this.#group.name, wanted, this.#group.latest)
    const opened: Partition[] = []
    for (const cursor of cursors) {
      const partition = new Partition(cursor)
      if (!this.#assigned.has(partition.name)) continue
      this.#open.set(partition.name, partition)
      opened.push(partition)
    }
    return opened
  }

  /** All, or one by name. */
  forget(name?: string): void {
    if (name === undefined) this.#open.clear()
    else this.#open.delete(name)
  }

  of(position: TopicPartition | Position): Partition | undefined {
    return this.#open.get(partitionName(position))
  }

  all(): readonly Partition[] {
    return [...this.#open.values()]
  }

  ranges(): LogRange[] {
    return this.all().map(({ topic, part, next }) => ({ topic, part, from: next }))
  }

  /** Cursors that can move, with where they can move to. */
  movable(): PartitionLow[] {
    return this.all()
      .map((partition) => ({
        topic: partition.topic,
        part: partition.part,
        epoch: partition.epoch,
        low: partition.contiguous(),
        from: partition.low,
      }))
      .filter((move) => move.low > move.from)
  }
}
