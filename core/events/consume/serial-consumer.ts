import { setTimeout as pause } from 'node:timers/promises'
import { asUnavailable } from '../../data/unavailable.ts'
import { reasonOf, UnavailableError } from '../../plugin/errors.ts'
import { retryDelay } from '../backoff.ts'
import { Signal } from '../signal.ts'
import { BatchFailed } from './batch-run.ts'
import type { Consumer, ConsumerParts, TopicPartition } from './consumer.ts'
import { Fairness } from './fairness.ts'
import type { Group } from './group.ts'
import type { LaneWorker } from './lane-worker.ts'
import { Partitions, partitionName } from './partitions.ts'
import { planChunk, type ReadWindow, type SerialChunk } from './serial-chunk.ts'
import { eventName, type SerialResult, type SerialTransaction } from './serial-transaction.ts'
import { sortRecords } from './sort-records.ts'

/**
 * Reads all its partitions in one window and handles the window in one transaction.
 *
 *   asleep ──wake──▶ reading ──nothing──▶ asleep
 *                       │ events
 *                       ▼
 *                   handling ──committed──▶ reading (the next window was read meanwhile)
 *                       │ a handler failed: the same window again, carefully: the failing events are found and parked
 *                       │ a handler overran: the same window again, that batch's events taken one by one from lanes
 *                       │ a partition moved under us: forget it, open it anew
 *                       └ the database is gone: wait, open all cursors anew
 */
export class SerialConsumer implements Consumer {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #transaction: SerialTransaction
  readonly #lanes: LaneWorker
  readonly #partitions: Partitions
  readonly #fairness: Fairness
  readonly #signal = new Signal()
  #ahead: Promise<ReadWindow> | undefined
  #void = false
  #stopping = false
  #running: Promise<void> | undefined

  constructor(parts: ConsumerParts, group: Group, transaction: SerialTransaction, lanes: LaneWorker) {
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
    this.#partitions.assign(partitions)
    this.#signal.wake()
  }

  wake(): void {
    this.#signal.wake()
  }

  reset(): void {
    this.#void = true
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
    const { log, settings } = this.#parts
    let failures = 0
    while (!this.#stopping) {
      try {
        const outcome = await this.#round()
        failures = 0
        if (outcome === 'idle') await this.#signal.wait()
        if (outcome === 'contended') await this.#signal.wait(settings.read.pollMs)
      } catch (error) {
        this.#forgetAll()
        failures += 1
        log.warn({ group: this.#group.name, failures, reason: reasonOf(error) }, 'consumer pauses')
        await this.#pause(failures)
      }
    }
  }

  async #pause(failures: number): Promise<void> {
    const { outageBaseMs: baseMs, outageCapMs: capMs } = this.#parts.settings.read
    const until = performance.now() + retryDelay({ baseMs, capMs }, failures)
    while (!this.#stopping && performance.now() < until) await pause(20)
  }

  #forgetAll(): void {
    this.#void = false
    this.#partitions.forget()
    this.#ahead = undefined
  }

  async #round(): Promise<'worked' | 'idle' | 'contended'> {
    if (this.#void) this.#forgetAll()
    await this.#partitions.openAll(this.#parts.knex)
    const window = await this.#nextWindow()
    if (window.records.length === 0) return 'idle'
    const sorted = await sortRecords(this.#parts, this.#group, window.records)
    const chunk = planChunk(this.#partitions, window, sorted)
    if (chunk === undefined) return 'worked'
    const full = window.records.length * 2 >= this.#parts.settings.read.window
    this.#moveOn(chunk)
    if (full && !this.#stopping) this.#readAhead()
    const divert = await this.#fairness.divert(chunk.wanted, full ? this.#partitions.ranges() : [])
    return this.#settle(chunk, await this.#handle(chunk, divert))
  }

  /** The window that was read ahead, or what is there now. */
  async #nextWindow(): Promise<ReadWindow> {
    const ahead = await this.#ahead
    this.#ahead = undefined
    return ahead !== undefined && ahead.records.length > 0 ? ahead : this.#read()
  }

  async #read(): Promise<ReadWindow> {
    const ranges = this.#partitions.ranges()
    if (ranges.length === 0) return { ranges, records: [] }
    return { ranges, records: await this.#parts.transport.read(ranges, this.#parts.settings.read.window) }
  }

  #moveOn(chunk: SerialChunk): void {
    for (const move of chunk.moves) {
      const partition = this.#partitions.of(move)
      if (partition !== undefined) partition.next = move.end
    }
  }

  /** While a full window is being handled, the next one comes in. */
  #readAhead(): void {
    this.#ahead = this.#read()
    // Awaited by the next round; until then an outage must not count as unhandled.
    this.#ahead.catch(() => undefined)
  }

  /** Bounded: every further try diverts at least one event more. */
  async #handle(chunk: SerialChunk, divert: Set<string>): Promise<SerialResult> {
    let careful = false
    for (;;) {
      try {
        return await this.#transaction.run(chunk, { careful, divert })
      } catch (thrown) {
        const error = asUnavailable(thrown)
        if (error instanceof UnavailableError) throw error
        const left = chunk.wanted.filter((event) => !divert.has(eventName(event)))
        const late = error instanceof BatchFailed && error.late ? error.events : undefined
        if (late === undefined && (left.length === 0 || this.#stopping)) throw error
        // Failed late, or failed at the very end in spite of all care: each event's fate is decided alone, in its lane.
        const apart = late ?? (careful ? left : [])
        for (const event of apart) divert.add(eventName(event))
        careful = true
      }
    }
  }

  #settle(chunk: SerialChunk, result: SerialResult): 'worked' | 'contended' {
    let lost = 0
    for (const move of chunk.moves) {
      const name = partitionName(move)
      if (result.advanced.has(name)) {
        this.#partitions.of(move)?.advance(move.end)
        continue
      }
      lost += 1
      this.#partitions.forget(name)
    }
    if (result.firstDue !== undefined) this.#lanes.due(result.firstDue)
    if (lost === 0) return 'worked'
    this.#ahead = undefined
    return 'contended'
  }
}
