import { asUnavailable } from '../../data/unavailable.ts'
import { reasonOf, UnavailableError } from '../../plugin/errors.ts'
import { retryDelay } from '../backoff.ts'
import { Signal } from '../signal.ts'
import { Settlement } from '../store/settlement.ts'
import { isStale } from '../store/work-store.ts'
import { BatchFailed } from './batch-run.ts'
import type { Consumer, ConsumerParts, TopicPartition } from './consumer.ts'
import { Fairness } from './fairness.ts'
import type { Group } from './group.ts'
import { KeyQueue } from './key-queue.ts'
import type { KeyedBatch, KeyedTransaction } from './keyed-transaction.ts'
import type { LaneWorker } from './lane-worker.ts'
import { Partitions } from './partitions.ts'
import { eventName } from './serial-transaction.ts'
import { type SortedRecords, sortRecords, type Wanted } from './sort-records.ts'
import { buryUndecodable } from './verdict.ts'

/**
 * Holds a window of events in memory and handles batches of them side by side: never one key twice, each key in order.
 * What is finished above low is remembered by done rows; low follows over the gapless prefix.
 *
 * Anything that puts this process's view of the cursors in doubt (an outage, a zombie's PL001, a lost lease) drops the
 * window: batches in flight end by themselves, and reading begins anew from the cursors.
 */
export class KeyedConsumer implements Consumer {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #transaction: KeyedTransaction
  readonly #lanes: LaneWorker
  readonly #partitions: Partitions
  readonly #fairness: Fairness
  readonly #queue = new KeyQueue()
  readonly #signal = new Signal()
  readonly #workers = new Set<Promise<void>>()
  /** Events that go to lanes unhandled, for fairness' sake. */
  readonly #divert = new Set<string>()
  #doubt: unknown
  #stopping = false
  #running: Promise<void> | undefined

  constructor(parts: ConsumerParts, group: Group, transaction: KeyedTransaction, lanes: LaneWorker) {
    this.#parts = parts
    this.#group = group
    this.#transaction = transaction
    this.#lanes = lanes
    this.#partitions = new Partitions(group, parts.workStore)
    this.#fairness = new Fairness(parts, group)
  }

  start(): void {
    this.#running ??= this.#loop()
    this.#lanes.start()
  }

  assign(partitions: readonly TopicPartition[]): void {
    if (this.#partitions.assign(partitions).length > 0) this.#doubt ??= new Error('partitions went to another process')
    this.#signal.wake()
  }

  wake(): void {
    this.#signal.wake()
  }

  reset(): void {
    this.#doubt ??= new Error('the group was reset')
    this.#signal.wake()
  }

  wakeLanes(): void {
    this.#lanes.wake()
  }

  abort(): void {
    this.#lanes.abort()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#signal.wake()
    await Promise.all([this.#running, this.#lanes.stop()])
  }

  async #loop(): Promise<void> {
    let failures = 0
    while (!this.#stopping) {
      try {
        await this.#fill()
        this.#hire()
        await this.#advance()
        if (this.#doubt !== undefined) throw this.#doubt
        failures = 0
        await this.#signal.wait()
      } catch (error) {
        await this.#startOver(error, ++failures)
      }
    }
    await Promise.all(this.#workers)
    await this.#advance().catch((error) => this.#log(error, 1))
  }

  async #startOver(error: unknown, failures: number): Promise<void> {
    this.#log(error, failures)
    this.#queue.clear()
    this.#divert.clear()
    await Promise.all(this.#workers)
    this.#partitions.forget()
    this.#doubt = undefined
    const { outageBaseMs: baseMs, outageCapMs: capMs } = this.#parts.settings.read
    await this.#signal.wait(retryDelay({ baseMs, capMs }, failures))
  }

  #log(error: unknown, failures: number): void {
    this.#parts.log.warn({ group: this.#group.name, failures, reason: reasonOf(error) }, 'consumer starts over')
  }

  /** Reads until the window is full or the log is read to its end. */
  async #fill(): Promise<void> {
    const { knex, transport, settings } = this.#parts
    await this.#partitions.openAll(knex)
    while (!this.#stopping && this.#queue.size < settings.handler.keyedWindow) {
      const ranges = this.#partitions.ranges()
      const room = settings.handler.keyedWindow - this.#queue.size
      const records = ranges.length === 0 ? [] : await transport.read(ranges, room)
      if (records.length === 0) return
      const sorted = await sortRecords(this.#parts, this.#group, records)
      for (const { position } of records) {
        const partition = this.#partitions.of(position)
        if (partition !== undefined) partition.next = position.off + 1n
      }
      for (const position of sorted.passedOver) this.#partitions.of(position)?.finish(position.off)
      await this.#buryAll(sorted.undecodable)
      const full = records.length * 2 >= room
      const behind = full ? this.#partitions.ranges() : []
      const over = await this.#fairness.divert(sorted.wanted, behind, this.#queue.heldByTenant())
      for (const name of over) this.#divert.add(name)
      for (const wanted of sorted.wanted) this.#enqueue(wanted)
    }
  }

  #enqueue(wanted: Wanted): void {
    const partition = this.#partitions.of(wanted.position)
    if (partition === undefined || partition.isFinished(wanted.position.off)) return
    this.#queue.add({ ...wanted, attempt: 1, epoch: partition.epoch })
  }

  /** Dead letters are written at once: there is no handler's transaction that could carry them. */
  async #buryAll(undecodable: SortedRecords['undecodable']): Promise<void> {
    if (undecodable.length === 0) return
    const settlement = new Settlement()
    for (const { position, record } of undecodable) buryUndecodable(settlement, position, record)
    const { workStore, knex, clock } = this.#parts
    await workStore.settle(knex, this.#group.name, clock.now(), settlement)
    for (const { position } of undecodable) this.#partitions.of(position)?.finish(position.off)
  }

  /** As many workers as may run side by side, each with its share of what waits. */
  #hire(): void {
    const { keyedConcurrency } = this.#parts.settings.handler
    while (this.#workers.size < keyedConcurrency && this.#doubt === undefined) {
      const share = Math.ceil(this.#queue.size / (keyedConcurrency - this.#workers.size))
      const batch = this.#queue.take(Math.min(this.#group.batch, Math.max(share, 1)))
      if (batch === undefined) return
      const worker = this.#work(batch).finally(() => {
        this.#workers.delete(worker)
        this.#queue.done(batch)
        this.#signal.wake()
      })
      this.#workers.add(worker)
    }
  }

  /** Never rejects: what cannot be handled here puts the window in doubt. */
  async #work(batch: KeyedBatch): Promise<void> {
    const divert = new Set(batch.events.map(eventName).filter((name) => this.#divert.delete(name)))
    let careful = false
    for (;;) {
      try {
        const due = await this.#transaction.run(batch, { careful, divert })
        for (const { position } of batch.events) this.#partitions.of(position)?.finish(position.off)
        if (due !== undefined) this.#lanes.due(due)
        return
      } catch (thrown) {
        const error = asUnavailable(thrown)
        const left = batch.events.filter((event) => !divert.has(eventName(event)))
        const hopeless = error instanceof UnavailableError || isStale(error) || left.length === 0
        if (hopeless) {
          this.#doubt ??= error
          return
        }
        const late = error instanceof BatchFailed && error.late ? error.events : undefined
        for (const event of late ?? (careful ? left : [])) divert.add(eventName(event))
        careful = true
      }
    }
  }

  /** Moves low over what is finished without a gap. */
  async #advance(): Promise<void> {
    const lows = this.#partitions.movable()
    if (lows.length === 0) return
    const stale = await this.#parts.workStore.advance(this.#parts.knex, this.#group.name, lows)
    if (stale.length > 0) throw new Error('the group was reset')
    for (const low of lows) this.#partitions.of(low)?.advance(low.low)
  }
}
