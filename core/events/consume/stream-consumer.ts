import type { LogRange, LogRecord } from '../../contracts/ports/event-transport.ts'
import { reasonOf } from '../../plugin/errors.ts'
import type { EventStream } from '../../plugin/handler.ts'
import { retryDelay } from '../backoff.ts'
import { toRecord } from '../log-row.ts'
import { Signal } from '../signal.ts'
import type { DueRow, StreamStore } from '../store/stream-store.ts'
import type { Pair } from '../store/work-store.ts'
import type { Consumer, ConsumerParts, TopicPartition } from './consumer.ts'
import { Fairness } from './fairness.ts'
import type { Group } from './group.ts'
import { Partitions, partitionName } from './partitions.ts'
import { eventName } from './serial-transaction.ts'
import { sortRecords } from './sort-records.ts'
import { type Outstanding, StreamLedger } from './stream-ledger.ts'
import { StreamPipeline } from './stream-pipeline.ts'

/**
 * Feeds a plugin's Observable, never more than `prefetch` events un-acked, and writes what comes back.
 *
 * Two loops share the ledger. The feeder reads the log (and lanes that are due) while there is credit. The writer puts
 * acks, nacks and parked events into the database, one page at a time. When either meets an outage, or the pipeline
 * breaks, the stream starts over: pages that can be written are, the rest is forgotten and will be delivered again.
 */
export class StreamConsumer implements Consumer {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #stream: EventStream
  readonly #store: StreamStore
  readonly #partitions: Partitions
  readonly #ledger: StreamLedger
  readonly #fairness: Fairness
  readonly #feed = new Signal()
  readonly #write = new Signal()
  #pipeline: StreamPipeline | undefined
  #lanesDue = true
  /** Lanes were due whose key has earlier events that are not read yet. */
  #lanesHeld = false
  #laneTimer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined
  #broken: { readonly error: unknown; readonly outage: boolean } | undefined
  #failures = 0
  #stopping = false
  #aborted = false
  #running: Promise<unknown> | undefined

  constructor(parts: ConsumerParts, group: Group, stream: EventStream, store: StreamStore) {
    this.#parts = parts
    this.#group = group
    this.#stream = stream
    this.#store = store
    this.#partitions = new Partitions(group, parts.workStore)
    this.#ledger = new StreamLedger(group, parts.clock, this.#partitions)
    this.#fairness = new Fairness(parts, group)
  }

  start(): void {
    this.#running ??= this.#live()
  }

  assign(partitions: readonly TopicPartition[]): void {
    const lost = this.#partitions.assign(partitions)
    if (lost.length > 0) this.#ledger.abandon(lost)
    this.#feed.wake()
  }

  wake(): void {
    this.#feed.wake()
  }

  reset(): void {
    this.#broken ??= { error: new Error('the group was reset'), outage: true }
    this.#wakeBoth()
  }

  wakeLanes(): void {
    this.#lanesDue = true
    this.#feed.wake()
  }

  /** Waits until everything handed over has come back and is written, or until `abort`. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#laneTimer?.handle)
    this.#pipeline?.complete()
    this.#wakeBoth()
    await this.#running
  }

  abort(): void {
    this.#aborted = true
    this.#pipeline?.close()
    this.#wakeBoth()
  }

  #wakeBoth(): void {
    this.#feed.wake()
    this.#write.wake()
  }

  /** One life of the pipeline after another. */
  async #live(): Promise<void> {
    const { log, settings } = this.#parts
    while (!this.#stopping) {
      this.#broken = undefined
      this.#pipeline = new StreamPipeline(this.#group.name, this.#stream, {
        onAck: (event) => this.#settled(() => this.#ledger.ack(event)),
        onNack: (event, error, delayMs) => this.#settled(() => this.#ledger.nack(event, error, delayMs)),
        onBroken: (error, culprit) => this.#break(error, culprit),
      })
      await Promise.all([this.#feeding(), this.#writing()])
      this.#pipeline.close()
      const { error, outage } = this.#lastBreak()
      if (!outage) await this.#writePage().catch((problem) => this.#explain(problem))
      this.#ledger.abandon()
      this.#partitions.forget()
      if (this.#stopping) return
      this.#failures += 1
      log.warn({ group: this.#group.name, failures: this.#failures, reason: reasonOf(error) }, 'stream starts over')
      const { restartBaseMs: baseMs, restartCapMs: capMs } = settings.stream
      await this.#feed.wait(retryDelay({ baseMs, capMs }, this.#failures))
    }
  }

  #lastBreak(): { readonly error: unknown; readonly outage: boolean } {
    return this.#broken ?? { error: undefined, outage: this.#aborted }
  }

  #explain(error: unknown): void {
    this.#parts.log.warn({ group: this.#group.name, reason: reasonOf(error) }, 'acks could not be written')
  }

  #settled(record: () => void): void {
    record()
    this.#write.wake()
  }

  /** The event that broke it, if one did, has failed a try; the others are innocent. */
  #break(error: unknown, culprit: Outstanding | undefined): void {
    if (culprit !== undefined) this.#ledger.nack(culprit, error)
    this.#broken ??= { error, outage: false }
    this.#wakeBoth()
  }

  get #isOver(): boolean {
    return this.#broken !== undefined || this.#aborted
  }

  async #feeding(): Promise<void> {
    try {
      while (!this.#isOver && !this.#stopping) {
        await this.#open()
        const fed = (await this.#feedLanes()) || (await this.#feedLog())
        if (!fed && !this.#isOver && !this.#stopping) await this.#feed.wait()
      }
    } catch (error) {
      this.#broken ??= { error, outage: true }
    }
    this.#write.wake()
  }

  async #writing(): Promise<void> {
    try {
      while (!this.#isOver) {
        if (this.#ledger.isDirty) await this.#writePage()
        else if (this.#stopping && this.#ledger.outstanding === 0) return
        if (!this.#ledger.isDirty && !this.#isOver && !(this.#stopping && this.#ledger.outstanding === 0)) {
          await this.#write.wait()
          await this.#gather()
        }
      }
    } catch (error) {
      this.#broken ??= { error, outage: true }
    }
    this.#feed.wake()
  }

  /** A moment for acks to come together on one page. */
  #gather(): Promise<void> {
    const { settleMs } = this.#parts.settings.stream
    return new Promise((resolve) => setTimeout(resolve, this.#stopping ? 0 : settleMs))
  }

  async #writePage(): Promise<void> {
    if (!this.#ledger.isDirty) return
    const page = this.#ledger.turnPage()
    const { clock } = this.#parts
    const left = await this.#store.settle(this.#group.name, clock.now(), page.lows, page.done, page.settlement)
    if (this.#lanesHeld) this.#lanesDue = true
    this.#ledger.written(page, page.settlement.releasedLanes, new Set(left.map(([topic, key]) => `${topic}\n${key}`)))
    if (left.length > 0) this.#lanesDue = true
    if (page.settlement.firstDue !== undefined) this.#dueAt(page.settlement.firstDue)
    this.#failures = 0
    this.#feed.wake()
  }

  #dueAt(at: number): void {
    if (this.#laneTimer !== undefined && this.#laneTimer.at <= at) return
    clearTimeout(this.#laneTimer?.handle)
    const handle = setTimeout(
      () => {
        this.#laneTimer = undefined
        this.wakeLanes()
      },
      Math.min(Math.max(at - this.#parts.clock.millis(), 0), 60_000),
    )
    handle.unref()
    this.#laneTimer = { at, handle }
  }

  async #open(): Promise<void> {
    const opened = await this.#partitions.openAll(this.#parts.knex)
    if (opened.length === 0) return
    const wanted = opened.map(({ topic, part }): Pair<number> => [topic, part])
    const lanes = await this.#store.lanes(this.#group.name, wanted)
    this.#ledger.learn(lanes)
    this.#ledger.touch()
    this.#write.wake()
    this.#lanesDue = true
  }

  get #credit(): number {
    return this.#group.batch - this.#ledger.outstanding
  }

  async #feedLog(): Promise<boolean> {
    const { transport, settings } = this.#parts
    const limit = Math.min(this.#credit, settings.read.window)
    const ranges = this.#partitions.ranges()
    if (limit <= 0 || ranges.length === 0) return false
    const records = await transport.read(ranges, limit)
    if (records.length === 0) return false
    const sorted = await sortRecords(this.#parts, this.#group, records)
    const behind = records.length >= limit ? this.#partitions.ranges() : []
    const divert = await this.#fairness.divert(sorted.wanted, behind, this.#ledger.heldByTenant())
    if (this.#isOver) return false
    const taken = this.#take(ranges, records)
    for (const position of sorted.passedOver) if (taken.has(eventName({ position }))) this.#ledger.passOver(position)
    for (const dead of sorted.undecodable) if (taken.has(eventName(dead))) this.#ledger.bury(dead, false)
    for (const wanted of sorted.wanted) {
      if (taken.has(eventName(wanted))) this.#feedOne({ ...wanted, attempt: 1, fromLane: false }, divert)
    }
    if (this.#lanesHeld) this.wakeLanes()
    this.#write.wake()
    return taken.size > 0
  }

  /**
   * Names of the records that are this stream's to look at: of partitions still read from where they were asked for, in
   * order, not finished before, and no more than there is credit for. What is left is read again.
   */
  #take(ranges: readonly LogRange[], records: readonly LogRecord[]): ReadonlySet<string> {
    const reading = new Map(ranges.map((range) => [partitionName(range), range.from]))
    const taken = new Set<string>()
    let credit = this.#credit
    for (const { position } of records) {
      const partition = this.#partitions.of(position)
      if (partition === undefined || partition.next !== reading.get(partition.name)) continue
      const known = partition.isFinished(position.off)
      if (!known && credit <= 0) {
        reading.delete(partition.name)
        continue
      }
      partition.next = position.off + 1n
      reading.set(partition.name, partition.next)
      if (known) continue
      credit -= 1
      taken.add(eventName({ position }))
    }
    return taken
  }

  #feedOne(event: Outstanding, divert: ReadonlySet<string>): void {
    // A pipeline that broke half way through a window: the rest is forgotten with everything else.
    if (this.#isOver) return
    if (this.#ledger.waits(event) || divert.has(eventName(event))) {
      this.#ledger.park(event)
      return
    }
    this.#ledger.handOver(event)
    this.#pipeline?.emit(event)
  }

  /** Waiting events whose time has come. */
  async #feedLanes(): Promise<boolean> {
    if (!this.#lanesDue || this.#credit <= 0) return false
    this.#lanesDue = false
    const { clock, settings } = this.#parts
    const limit = Math.min(this.#credit, settings.lanes.events)
    const mine = this.#partitions.all().map(({ topic, part }): Pair<number> => [topic, part])
    if (mine.length === 0) return false
    this.#ledger.beginLook()
    const rows = await this.#store.due(this.#group.name, mine, clock.now(), this.#ledger.busyLanes, limit)
    if (rows.length === 0 || this.#isOver) return false
    const ready = this.#readyLanes(rows)
    const byName = new Map(ready.map((row) => [`${row.topic}/${row.part}/${row.off}`, row]))
    const sorted = await sortRecords(this.#parts, this.#group, ready.map(toRecord))
    for (const dead of sorted.undecodable) this.#ledger.bury(dead, true)
    for (const position of sorted.passedOver) {
      this.#ledger.drop({ topic: position.topic, key: byName.get(eventName({ position }))?.key ?? '' }, position.off)
    }
    const events: Outstanding[] = []
    for (const wanted of sorted.wanted.slice(0, this.#credit)) {
      if (this.#partitions.of(wanted.position) === undefined) continue
      const attempt = (byName.get(eventName(wanted))?.attempt ?? 0) + 1
      const event = { ...wanted, attempt, fromLane: true }
      this.#ledger.handOver(event)
      events.push(event)
    }
    // On the books first: a subscriber may nack the first of a key while the others are still on their way.
    for (const event of events) if (event.recalled !== true) this.#pipeline?.emit(event)
    this.#lanesDue = ready.length >= limit
    this.#write.wake()
    return ready.length > 0
  }

  /**
   * After a restart the log is read from low, where earlier events of a waiting key may stand that were handed over and
   * never came back. They go first: a lane is held until the reading has passed its first event. It is also held while
   * the database does not know yet all that waits in it; and an event that is out is not handed over a second time.
   */
  #readyLanes(rows: readonly DueRow[]): readonly DueRow[] {
    const held = new Set<string>()
    const ready = rows.filter((row) => {
      const lane = `${row.topic}\n${row.key}`
      const partition = this.#partitions.of(row)
      const isAhead = partition === undefined || partition.next <= BigInt(row.off)
      const isOut = this.#ledger.isHeld(`${row.topic}/${row.part}/${row.off}`)
      if (isAhead || isOut || this.#ledger.isUnsettled(row)) held.add(lane)
      return !held.has(lane)
    })
    this.#lanesHeld = held.size > 0
    return ready
  }
}
