import type { Clock } from '../../plugin/services.ts'
import { type LaneKey, laneKeyOf, Settlement } from '../store/settlement.ts'
import type { WaitingLane } from '../store/stream-store.ts'
import type { PartitionLow } from '../store/work-store.ts'
import type { Group } from './group.ts'
import { type Partitions, partitionName } from './partitions.ts'
import { delivery, eventName } from './serial-transaction.ts'
import type { SortedRecords } from './sort-records.ts'
import type { Attempt } from './tenant-batches.ts'
import { buryUndecodable, itsTurn, settleFirstFailure, settleLaneFailure } from './verdict.ts'

/** An event that is with the subscriber. */
export interface Outstanding extends Attempt {
  /** Came out of a lane, not out of the log's flow. */
  readonly fromLane: boolean
  /** Taken back: an earlier event of its key failed, or its partition went to another process. */
  recalled?: boolean
  /** Aborts the delivery's signal; there once somebody has looked at the signal. */
  onRecall?: () => void
}

/** One writing of the ledger: what to tell the database, and what to remember when it has agreed. */
export interface LedgerPage {
  readonly lows: readonly PartitionLow[]
  readonly done: readonly { readonly topic: string; readonly part: number; readonly off: bigint }[]
  readonly settlement: Settlement
  /** Lanes whose events came back; taken up again only when that is written. */
  readonly settling: readonly string[]
}

interface Outing {
  readonly lane: LaneKey
  readonly partition: string
  out: number
  failed: boolean
}

const nameOf = ({ topic, key }: LaneKey) => `${topic}\n${key}`

/**
 * A stream's books: which events are with the subscriber, which keys wait, and what was acked, nacked or parked since
 * the last page was written. In memory only; whatever was not written is delivered again.
 */
export class StreamLedger {
  readonly #group: Group
  readonly #clock: Clock
  readonly #partitions: Partitions
  readonly #out = new Map<string, Outstanding>()
  /** Taken back because an earlier event of their key failed; a late ack of them still counts. */
  readonly #recalled = new Map<string, Outstanding>()
  /** Keys that have a lane, with their partition and the first offset that waits. */
  readonly #waiting = new Map<string, { readonly partition: string; readonly first: bigint }>()
  /** Lanes some of whose events are with the subscriber. */
  readonly #outings = new Map<string, Outing>()
  /** Lanes whose events are all back, until the page that says so is written. */
  readonly #settling = new Map<string, LaneKey>()
  #settlingNow: string[] = []
  #settlement = new Settlement()
  /** Keys parked behind on the page that is being collected, and on the one that is being written. */
  #parkedNow = new Set<string>()
  #parkedBefore: ReadonlySet<string> = new Set()
  /** Keys parked since a look at the lanes began: what that look sees of them is not all. */
  readonly #parkedSince = new Set<string>()
  #finished: { readonly topic: string; readonly part: number; readonly off: bigint }[] = []
  #touched = false

  constructor(group: Group, clock: Clock, partitions: Partitions) {
    this.#group = group
    this.#clock = clock
    this.#partitions = partitions
  }

  get outstanding(): number {
    return this.#out.size
  }

  /** How many events of each tenant are with the subscriber. */
  heldByTenant(): ReadonlyMap<string, number> {
    const held = new Map<string, number>()
    for (const { event } of this.#out.values()) held.set(event.tenantid, (held.get(event.tenantid) ?? 0) + 1)
    return held
  }

  /** A look at the lanes begins: from now on, keys that are parked are noted for {@link isUnsettled}. */
  beginLook(): void {
    this.#parkedSince.clear()
    for (const names of [this.#parkedNow, this.#parkedBefore]) for (const name of names) this.#parkedSince.add(name)
  }

  /** True when events of the key were parked that the look may not have seen. */
  isUnsettled(lane: LaneKey): boolean {
    return this.#parkedSince.has(nameOf(lane))
  }

  get busyLanes(): readonly LaneKey[] {
    return [...[...this.#outings.values()].map((outing) => outing.lane), ...this.#settling.values()]
  }

  /** True when there is something to write. */
  get isDirty(): boolean {
    return this.#touched || !this.#settlement.isEmpty || this.#finished.length > 0
  }

  /** Keys found waiting when their partition was opened. */
  learn(lanes: readonly WaitingLane[]): void {
    for (const lane of lanes) {
      this.#waiting.set(nameOf(lane), { partition: partitionName(lane), first: BigInt(lane.first) })
    }
  }

  /** True when the event must wait behind others of its key; not those that stand before them in the log. */
  waits(event: Attempt): boolean {
    const waiting = this.#waiting.get(nameOf(laneKeyOf(delivery(event))))
    return waiting !== undefined && event.position.off > waiting.first
  }

  handOver(event: Outstanding): void {
    this.#out.set(eventName(event), event)
    this.#recalled.delete(eventName(event))
    if (!event.fromLane) return
    const lane = laneKeyOf(delivery(event))
    const partition = partitionName(event.position)
    const outing = this.#outings.get(nameOf(lane)) ?? { lane, partition, out: 0, failed: false }
    outing.out += 1
    this.#outings.set(nameOf(lane), outing)
  }

  /** With the subscriber already: another process, which believes to own the partition too, has put it into a lane. */
  isHeld(name: string): boolean {
    return this.#out.has(name)
  }

  isOut(event: Outstanding): boolean {
    return this.#out.get(eventName(event)) === event
  }

  ack(event: Outstanding): void {
    if (this.#recalled.get(eventName(event)) === event) {
      this.#recalled.delete(eventName(event))
      this.#settlement.handled(laneKeyOf(delivery(event)), event.position.off)
    }
    if (!this.#take(event)) return
    if (event.fromLane) {
      this.#settlement.handled(laneKeyOf(delivery(event)), event.position.off)
      this.#back(event, false)
    } else this.#finish(event)
  }

  nack(event: Outstanding, error: unknown, delayMs?: number): void {
    if (!this.#take(event)) return
    if (event.fromLane) {
      const waits = settleLaneFailure(this.#settlement, this.#group, this.#clock, delivery(event), error, delayMs)
      if (waits) this.#recallBehind(event)
      this.#back(event, true)
      return
    }
    const waits = settleFirstFailure(this.#settlement, this.#group, this.#clock, delivery(event), error, delayMs)
    if (waits) {
      this.#wait(event)
      this.#recallBehind(event)
    }
    this.#finish(event)
  }

  /** Later events of the key that are with the subscriber come back: they will be handed over again, behind this one. */
  #recallBehind(failed: Outstanding): void {
    const { topic, off } = failed.position
    for (const event of [...this.#out.values()]) {
      if (event.position.topic !== topic || event.position.off < off) continue
      if (event.event.partitionkey !== failed.event.partitionkey) continue
      this.#out.delete(eventName(event))
      this.#recalled.set(eventName(event), event)
      if (event.fromLane) this.#back(event, true)
      else this.park(event)
      recall(event)
    }
  }

  /** The event waits behind others of its key, or for its tenant's turn. */
  park(event: Attempt): void {
    // Its lane may have been closed a moment ago; if it is there, this changes nothing.
    this.#settlement.open(delivery(event), itsTurn(this.#clock))
    this.#settlement.park(delivery(event))
    this.#wait(event)
    this.#finish(event)
  }

  /** Something may have moved that nobody acked here: what a former reader finished lets the cursor move on. */
  touch(): void {
    this.#touched = true
  }

  passOver(position: { topic: string; part: number; off: bigint }): void {
    this.#partitions.of(position)?.finish(position.off)
    this.#touched = true
  }

  bury({ position, record }: SortedRecords['undecodable'][number], fromLane: boolean): void {
    buryUndecodable(this.#settlement, position, record)
    if (fromLane) this.#settle({ topic: position.topic, key: record.key ?? '' }, true)
    else this.#finish({ position })
  }

  /** A waiting event that nobody wants any more. */
  drop(lane: LaneKey, off: bigint): void {
    this.#settlement.handled(lane, off)
    this.#settle(lane, true)
  }

  /** Takes what was collected. Everything on the page counts as finished: if it cannot be written, forget the ledger. */
  turnPage(): LedgerPage {
    const settlement = this.#settlement
    const finished = this.#finished
    this.#settlement = new Settlement()
    const settling = this.#settlingNow
    this.#parkedBefore = this.#parkedNow
    this.#finished = []
    this.#settlingNow = []
    this.#parkedNow = new Set()
    this.#touched = false
    const lows = this.#partitions.all().map((partition) => ({
      topic: partition.topic,
      part: partition.part,
      epoch: partition.epoch,
      low: partition.contiguous(),
      from: partition.low,
      touched: finished.some((event) => partitionName(event) === partition.name),
    }))
    const reached = new Map(lows.map((low) => [partitionName(low), low.low]))
    const done = finished.filter((event) => event.off >= (reached.get(partitionName(event)) ?? event.off + 1n))
    return { lows: lows.filter((low) => low.touched || low.low > low.from), done, settlement, settling }
  }

  /** The page is in the database; `left` are the released lanes in which something still waits. */
  written(page: LedgerPage, released: readonly LaneKey[], left: ReadonlySet<string>): void {
    for (const low of page.lows) this.#partitions.of(low)?.advance(low.low)
    for (const name of page.settling) this.#settling.delete(name)
    this.#parkedBefore = new Set()
    for (const lane of released) {
      const name = nameOf(lane)
      if (!left.has(name) && !this.#parkedNow.has(name) && !this.#outings.has(name)) this.#waiting.delete(name)
    }
  }

  /** Partitions that went to another process, or all: their events are taken back, late acks of them mean nothing. */
  abandon(partitions?: readonly string[]): void {
    const gone = (name: string) => partitions === undefined || partitions.includes(name)
    for (const [name, event] of this.#out) {
      if (!gone(partitionName(event.position))) continue
      this.#out.delete(name)
      recall(event)
    }
    for (const [name, event] of this.#recalled) if (gone(partitionName(event.position))) this.#recalled.delete(name)
    for (const [name, { partition }] of this.#waiting) if (gone(partition)) this.#waiting.delete(name)
    for (const [name, { partition }] of this.#outings) if (gone(partition)) this.#outings.delete(name)
    if (partitions !== undefined) return
    this.#outings.clear()
    this.#settling.clear()
    this.#settlingNow = []
    this.#settlement = new Settlement()
    this.#finished = []
    this.#parkedNow = new Set()
    this.#parkedBefore = new Set()
    this.#touched = false
  }

  #take(event: Outstanding): boolean {
    return this.isOut(event) && this.#out.delete(eventName(event))
  }

  #finish({ position }: Pick<Attempt, 'position'>): void {
    this.#partitions.of(position)?.finish(position.off)
    this.#finished.push(position)
  }

  #wait(event: Attempt): void {
    const name = nameOf(laneKeyOf(delivery(event)))
    const { off } = event.position
    const known = this.#waiting.get(name)
    if (known === undefined || off < known.first) {
      this.#waiting.set(name, { partition: partitionName(event.position), first: off })
    }
    this.#parkedNow.add(name)
    this.#parkedSince.add(name)
  }

  /** An event of a lane came back; when the last of its outing did and none failed, the lane is released. */
  #back(event: Outstanding, failed: boolean): void {
    const lane = laneKeyOf(delivery(event))
    const outing = this.#outings.get(nameOf(lane))
    if (outing === undefined) return
    outing.out -= 1
    outing.failed ||= failed
    if (outing.out > 0) return
    this.#outings.delete(nameOf(lane))
    this.#settle(lane, !outing.failed)
  }

  #settle(lane: LaneKey, released: boolean): void {
    this.#settling.set(nameOf(lane), lane)
    this.#settlingNow.push(nameOf(lane))
    if (released) this.#settlement.released(lane)
  }
}

function recall(event: Outstanding): void {
  event.recalled = true
  event.onRecall?.()
}
