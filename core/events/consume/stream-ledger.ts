import type { Position } from '../../plugin/event.ts'
import type { Clock } from '../../plugin/services.ts'
import { type LaneKey, laneKeyOf, Settlement } from '../store/settlement.ts'
import type { PartitionLow } from '../store/work-store.ts'
import type { Group } from './group.ts'
import { type Partitions, partitionName } from './partitions.ts'
import { delivery, eventName } from './serial-transaction.ts'
import type { SortedRecords } from './sort-records.ts'
import { StreamLanes } from './stream-lanes.ts'
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
  readonly done: readonly Position[]
  readonly settlement: Settlement
  /** Lanes whose events came back; taken up again only when that is written. */
  readonly settling: readonly string[]
}

/**
 * A stream's books: which events are with the subscriber, and what was acked, nacked or parked since the last page was
 * written. In memory only; whatever was not written is delivered again.
 */
export class StreamLedger {
  readonly lanes = new StreamLanes()
  readonly #group: Group
  readonly #clock: Clock
  readonly #partitions: Partitions
  readonly #out = new Map<string, Outstanding>()
  /** Taken back because an earlier event of their key failed; a late ack of them still counts. */
  readonly #recalled = new Map<string, Outstanding>()
  #settlement = new Settlement()
  #finished: Position[] = []
  #touched = false

  constructor(group: Group, clock: Clock, partitions: Partitions) {
    this.#group = group
    this.#clock = clock
    this.#partitions = partitions
  }

  get outstanding(): number {
    return this.#out.size
  }

  /** True when there is something to write. */
  get isDirty(): boolean {
    return this.#touched || !this.#settlement.isEmpty || this.#finished.length > 0
  }

  /** How many events of each tenant are with the subscriber. */
  heldByTenant(): ReadonlyMap<string, number> {
    const held = new Map<string, number>()
    for (const { event } of this.#out.values()) held.set(event.tenantid, (held.get(event.tenantid) ?? 0) + 1)
    return held
  }

  handOver(event: Outstanding): void {
    this.#out.set(eventName(event), event)
    this.#recalled.delete(eventName(event))
    if (event.fromLane) this.lanes.goOut(event)
  }

  /** @param name see `eventName` */
  isHeld(name: string): boolean {
    return this.#out.has(name)
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
    } else this.#finish(event.position)
  }

  nack(event: Outstanding, error: unknown, delayMs?: number): void {
    if (!this.#take(event)) return
    const settle = event.fromLane ? settleLaneFailure : settleFirstFailure
    const waits = settle(this.#settlement, this.#group, this.#clock, delivery(event), error, delayMs)
    if (waits && !event.fromLane) this.lanes.parked(event)
    if (waits) this.#recallBehind(event)
    if (event.fromLane) this.#back(event, true)
    else this.#finish(event.position)
  }

  /** The event waits behind others of its key, or for its tenant's turn. */
  park(event: Attempt): void {
    // Its lane may have been closed a moment ago; if it is there, this changes nothing.
    this.#settlement.open(delivery(event), itsTurn(this.#clock))
    this.#settlement.park(delivery(event))
    this.lanes.parked(event)
    this.#finish(event.position)
  }

  /** Something may have moved that nobody acked here: what a former reader finished lets the cursor move on. */
  touch(): void {
    this.#touched = true
  }

  passOver(position: Position): void {
    this.#partitions.of(position)?.finish(position.off)
    this.#touched = true
  }

  bury({ position, record }: SortedRecords['undecodable'][number], fromLane: boolean): void {
    buryUndecodable(this.#settlement, position, record)
    if (fromLane) this.#release({ topic: position.topic, key: record.key ?? '' })
    else this.#finish(position)
  }

  /** A waiting event that nobody wants any more. */
  drop(lane: LaneKey, off: bigint): void {
    this.#settlement.handled(lane, off)
    this.#release(lane)
  }

  /** Takes what was collected. Everything on the page counts as finished: if it cannot be written, forget the ledger. */
  turnPage(): LedgerPage {
    const settlement = this.#settlement
    const finished = this.#finished
    this.#settlement = new Settlement()
    this.#finished = []
    this.#touched = false
    const touched = new Set(finished.map(partitionName))
    const reached = new Map(this.#partitions.all().map((partition) => [partition.name, partition.contiguous()]))
    const lows = this.#partitions
      .all()
      .filter(({ name, low }) => touched.has(name) || (reached.get(name) ?? low) > low)
      .map(({ topic, part, epoch, name, low }) => ({ topic, part, epoch, low: reached.get(name) ?? low }))
    // Of partitions that went elsewhere in the meantime nothing is said: their reader starts from their cursor.
    const done = finished.filter((event) => event.off >= (reached.get(partitionName(event)) ?? event.off + 1n))
    return { lows, done, settlement, settling: this.lanes.turnPage() }
  }

  /** The page is in the database; `left` are the released lanes in which something still waits. */
  written(page: LedgerPage, left: ReadonlySet<string>): void {
    for (const low of page.lows) this.#partitions.of(low)?.advance(low.low)
    this.lanes.written(page.settling, page.settlement.releasedLanes, left)
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
    this.lanes.abandon(gone)
    if (partitions !== undefined) return
    this.lanes.clear()
    this.#settlement = new Settlement()
    this.#finished = []
    this.#touched = false
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

  #take(event: Outstanding): boolean {
    return this.#out.get(eventName(event)) === event && this.#out.delete(eventName(event))
  }

  #finish(position: Position): void {
    this.#partitions.of(position)?.finish(position.off)
    this.#finished.push(position)
  }

  #back(event: Outstanding, failed: boolean): void {
    const lane = this.lanes.comeBack(event, failed)
    if (lane !== undefined) this.#settlement.released(lane)
  }

  #release(lane: LaneKey): void {
    this.lanes.settle(lane)
    this.#settlement.released(lane)
  }
}

function recall(event: Outstanding): void {
  event.recalled = true
  event.onRecall?.()
}
