import type { LogRange, LogRecord } from '../../contracts/ports/event-transport.ts'
import { toRecord } from '../log-row.ts'
import type { DueRow, StreamStore } from '../store/stream-store.ts'
import type { Pair } from '../store/work-store.ts'
import type { ConsumerParts } from './consumer.ts'
import { Fairness } from './fairness.ts'
import type { Group } from './group.ts'
import { type Partitions, partitionName } from './partitions.ts'
import { eventName } from './serial-transaction.ts'
import { sortRecords } from './sort-records.ts'
import type { Outstanding, StreamLedger } from './stream-ledger.ts'

export interface StreamFeederParts {
  readonly parts: ConsumerParts
  readonly group: Group
  readonly store: StreamStore
  readonly partitions: Partitions
  readonly ledger: StreamLedger
  /** Hands an event to the subscriber, who may ack, nack or break on the spot. */
  readonly emit: (event: Outstanding) => void
  /** True when what is read now would be forgotten anyway. */
  readonly isOver: () => boolean
}

/** Decides what a stream's subscriber is handed: from lanes that are due, and from the log, as far as there is credit. */
export class StreamFeeder {
  readonly #feeder: StreamFeederParts
  readonly #fairness: Fairness
  #lanesDue = true
  /** Lanes were due that had to be held. */
  #lanesHeld = false

  constructor(feeder: StreamFeederParts) {
    this.#feeder = feeder
    this.#fairness = new Fairness(feeder.parts, feeder.group)
  }

  lanesDue(): void {
    this.#lanesDue = true
  }

  /** What lanes were held for may have come. */
  retryHeld(): void {
    if (this.#lanesHeld) this.#lanesDue = true
  }

  /** @returns whether anything moved, so that there may be more */
  async feed(): Promise<boolean> {
    await this.#open()
    return (await this.#feedLanes()) || (await this.#feedLog())
  }

  get #credit(): number {
    return this.#feeder.group.batch - this.#feeder.ledger.outstanding
  }

  async #open(): Promise<void> {
    const { partitions, parts, store, group, ledger } = this.#feeder
    const opened = await partitions.openAll(parts.knex)
    if (opened.length === 0) return
    ledger.lanes.learn(await store.lanes(group.name, opened.map(pair)))
    ledger.touch()
    this.#lanesDue = true
  }

  async #feedLog(): Promise<boolean> {
    const { partitions, parts, group, ledger, isOver } = this.#feeder
    const limit = Math.min(this.#credit, parts.settings.read.window)
    const ranges = partitions.ranges()
    if (limit <= 0 || ranges.length === 0) return false
    const records = await parts.transport.read(ranges, limit)
    if (records.length === 0) return false
    const sorted = await sortRecords(parts, group, records)
    const behind = records.length >= limit ? partitions.ranges() : []
    const divert = await this.#fairness.divert(sorted.wanted, behind, ledger.heldByTenant())
    if (isOver()) return false
    const { taken, moved } = this.#take(ranges, records)
    for (const position of sorted.passedOver) if (taken.has(eventName({ position }))) ledger.passOver(position)
    for (const dead of sorted.undecodable) if (taken.has(eventName(dead))) ledger.bury(dead, false)
    for (const wanted of sorted.wanted) {
      if (taken.has(eventName(wanted))) this.#feedOne({ ...wanted, attempt: 1, fromLane: false }, divert)
    }
    this.retryHeld()
    return moved
  }

  /**
   * Names of the records that are this stream's to look at: of partitions still read from where they were asked for, in
   * order, not finished before, and no more than there is credit for. What is left is read again.
   */
  #take(ranges: readonly LogRange[], records: readonly LogRecord[]): { taken: ReadonlySet<string>; moved: boolean } {
    const reading = new Map(ranges.map((range) => [partitionName(range), range.from]))
    const taken = new Set<string>()
    let credit = this.#credit
    let moved = false
    for (const { position } of records) {
      const partition = this.#feeder.partitions.of(position)
      if (partition === undefined || partition.next !== reading.get(partition.name)) continue
      const known = partition.isFinished(position.off)
      if (!known && credit <= 0) {
        reading.delete(partition.name)
        continue
      }
      partition.next = position.off + 1n
      reading.set(partition.name, partition.next)
      moved = true
      if (known) continue
      credit -= 1
      taken.add(eventName({ position }))
    }
    return { taken, moved }
  }

  #feedOne(event: Outstanding, divert: ReadonlySet<string>): void {
    const { ledger, emit, isOver } = this.#feeder
    // A pipeline that broke half way through a window: the rest is forgotten with everything else.
    if (isOver()) return
    if (ledger.lanes.holdsBack(event) || divert.has(eventName(event))) {
      ledger.park(event)
      return
    }
    ledger.handOver(event)
    emit(event)
  }

  /** Waiting events whose time has come. */
  async #feedLanes(): Promise<boolean> {
    if (!this.#lanesDue || this.#credit <= 0) return false
    this.#lanesDue = false
    const { partitions, parts, group, store, ledger, isOver } = this.#feeder
    const mine = partitions.all().map(pair)
    if (mine.length === 0) return false
    const limit = Math.min(this.#credit, parts.settings.lanes.events)
    ledger.lanes.beginLook()
    const rows = await store.due(group.name, mine, parts.clock.now(), ledger.lanes.busy, limit)
    if (rows.length === 0 || isOver()) return false
    const ready = this.#ready(rows)
    await this.#handOver(ready)
    this.#lanesDue = ready.length >= limit
    return ready.length > 0
  }

  /** Sorts what waits once more: the plugin may be off by now, the event gone. */
  async #handOver(ready: readonly DueRow[]): Promise<void> {
    const { parts, group, ledger, partitions, emit } = this.#feeder
    const byName = new Map(ready.map((row) => [`${row.topic}/${row.part}/${row.off}`, row]))
    const sorted = await sortRecords(parts, group, ready.map(toRecord))
    for (const dead of sorted.undecodable) ledger.bury(dead, true)
    for (const position of sorted.passedOver) {
      ledger.drop({ topic: position.topic, key: byName.get(eventName({ position }))?.key ?? '' }, position.off)
    }
    const events: Outstanding[] = []
    for (const wanted of sorted.wanted.slice(0, this.#credit)) {
      if (partitions.of(wanted.position) === undefined) continue
      const attempt = (byName.get(eventName(wanted))?.attempt ?? 0) + 1
      const event = { ...wanted, attempt, fromLane: true }
      ledger.handOver(event)
      events.push(event)
    }
    // On the books first: a subscriber may nack the first of a key while the others are still on their way.
    for (const event of events) if (event.recalled !== true) emit(event)
  }

  /**
   * After a restart the log is read from low, where earlier events of a waiting key may stand that were handed over and
   * never came back. They go first: a lane is held until the reading has passed its first event. It is also held while
   * the database does not know yet all that waits in it; and an event that is out is not handed over a second time.
   */
  #ready(rows: readonly DueRow[]): readonly DueRow[] {
    const { partitions, ledger } = this.#feeder
    const held = new Set<string>()
    const ready = rows.filter((row) => {
      const lane = `${row.topic}\n${row.key}`
      const partition = partitions.of(row)
      const isAhead = partition === undefined || partition.next <= BigInt(row.off)
      const isOut = ledger.isHeld(`${row.topic}/${row.part}/${row.off}`)
      if (isAhead || isOut || ledger.lanes.isUnsettled(row)) held.add(lane)
      return !held.has(lane)
    })
    this.#lanesHeld = held.size > 0
    return ready
  }
}

function pair({ topic, part }: { readonly topic: string; readonly part: number }): Pair<number> {
  return [topic, part]
}
