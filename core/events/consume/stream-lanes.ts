import { type LaneKey, laneKeyOf } from '../store/settlement.ts'
import type { WaitingLane } from '../store/stream-store.ts'
import { partitionName } from './partitions.ts'
import { delivery } from './serial-transaction.ts'
import type { Attempt } from './tenant-batches.ts'

/** A lane some of whose events are with the subscriber. */
interface Outing {
  readonly lane: LaneKey
  readonly partition: string
  out: number
  failed: boolean
}

const nameOf = ({ topic, key }: LaneKey) => `${topic}\n${key}`
const laneOf = (event: Attempt) => laneKeyOf(delivery(event))

/**
 * What a stream knows of the lanes in its partitions. A lane goes on an outing (some of its events are handed over),
 * comes back, and settles: until the page that says what became of it is written, the database shows it as it was
 * before, and it must not go out again.
 */
export class StreamLanes {
  /** Keys that have a lane, with their partition and the first offset that waits. */
  readonly #waiting = new Map<string, { readonly partition: string; readonly first: bigint }>()
  readonly #outings = new Map<string, Outing>()
  readonly #settling = new Map<string, LaneKey>()
  /** Names on the page that is being collected: lanes that settle, keys that were parked behind. */
  #settlingNow: string[] = []
  #parkedNow = new Set<string>()
  /** Keys on the page that is being written. */
  #parkedBefore: ReadonlySet<string> = new Set()
  /** Keys parked since a look at the lanes began. */
  readonly #parkedSince = new Set<string>()

  /** Lanes that must not be handed over now. */
  get busy(): readonly LaneKey[] {
    return [...[...this.#outings.values()].map((outing) => outing.lane), ...this.#settling.values()]
  }

  /** Lanes found when their partition was opened. */
  learn(lanes: readonly WaitingLane[]): void {
    for (const lane of lanes) {
      this.#waiting.set(nameOf(lane), { partition: partitionName(lane), first: BigInt(lane.first) })
    }
  }

  /** True when the event must wait behind others of its key; not those that stand before them in the log. */
  holdsBack(event: Attempt): boolean {
    const waiting = this.#waiting.get(nameOf(laneOf(event)))
    return waiting !== undefined && event.position.off > waiting.first
  }

  parked(event: Attempt): void {
    const name = nameOf(laneOf(event))
    const { off } = event.position
    const known = this.#waiting.get(name)
    if (known === undefined || off < known.first) {
      this.#waiting.set(name, { partition: partitionName(event.position), first: off })
    }
    this.#parkedNow.add(name)
    this.#parkedSince.add(name)
  }

  /** A look at the lanes in the database begins. */
  beginLook(): void {
    this.#parkedSince.clear()
    for (const names of [this.#parkedNow, this.#parkedBefore]) for (const name of names) this.#parkedSince.add(name)
  }

  /** True when events of the key were parked that the look may not have seen. */
  isUnsettled(lane: LaneKey): boolean {
    return this.#parkedSince.has(nameOf(lane))
  }

  goOut(event: Attempt): void {
    const lane = laneOf(event)
    const partition = partitionName(event.position)
    const outing = this.#outings.get(nameOf(lane)) ?? { lane, partition, out: 0, failed: false }
    outing.out += 1
    this.#outings.set(nameOf(lane), outing)
  }

  /** @returns the lane, when the last event of its outing came back and none of them failed */
  comeBack(event: Attempt, failed: boolean): LaneKey | undefined {
    const lane = laneOf(event)
    const outing = this.#outings.get(nameOf(lane))
    if (outing === undefined) return undefined
    outing.out -= 1
    outing.failed ||= failed
    if (outing.out > 0) return undefined
    this.#outings.delete(nameOf(lane))
    this.settle(lane)
    return outing.failed ? undefined : lane
  }

  settle(lane: LaneKey): void {
    this.#settling.set(nameOf(lane), lane)
    this.#settlingNow.push(nameOf(lane))
  }

  /** The page is turned. @returns the lanes that settle with it */
  turnPage(): readonly string[] {
    const settling = this.#settlingNow
    this.#settlingNow = []
    this.#parkedBefore = this.#parkedNow
    this.#parkedNow = new Set()
    return settling
  }

  /** The page is written; `left` are the names of released lanes in which something still waits. */
  written(settling: readonly string[], released: readonly LaneKey[], left: ReadonlySet<string>): void {
    for (const name of settling) this.#settling.delete(name)
    this.#parkedBefore = new Set()
    for (const lane of released) {
      const name = nameOf(lane)
      if (!left.has(name) && !this.#parkedNow.has(name) && !this.#outings.has(name)) this.#waiting.delete(name)
    }
  }

  /** Forgets the lanes of partitions that are read elsewhere now. */
  abandon(gone: (partition: string) => boolean): void {
    for (const [name, { partition }] of this.#waiting) if (gone(partition)) this.#waiting.delete(name)
    for (const [name, { partition }] of this.#outings) if (gone(partition)) this.#outings.delete(name)
  }

  clear(): void {
    for (const names of [this.#waiting, this.#outings, this.#settling, this.#parkedNow, this.#parkedSince])
      names.clear()
    this.#settlingNow = []
    this.#parkedBefore = new Set()
  }
}
