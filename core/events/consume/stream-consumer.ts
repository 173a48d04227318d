import { reasonOf } from '../../plugin/errors.ts'
import type { EventStream } from '../../plugin/handler.ts'
import { retryDelay } from '../backoff.ts'
import type { EventSettings } from '../settings.ts'
import { Signal } from '../signal.ts'
import type { StreamStore } from '../store/stream-store.ts'
import type { Consumer, ConsumerParts, TopicPartition } from './consumer.ts'
import type { Group } from './group.ts'
import { Partitions } from './partitions.ts'
import { StreamFeeder } from './stream-feeder.ts'
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
  readonly #feeder: StreamFeeder
  readonly #feed = new Signal()
  readonly #write = new Signal()
  #pipeline: StreamPipeline | undefined
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
    this.#feeder = new StreamFeeder({
      parts,
      group,
      store,
      partitions: this.#partitions,
      ledger: this.#ledger,
      emit: (event) => this.#pipeline?.emit(event),
      isOver: () => this.#isOver,
    })
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
    this.#feeder.lanesDue()
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
    const { log, settings, tracing } = this.#parts
    while (!this.#stopping) {
      this.#broken = undefined
      const heard = {
        onAck: (event: Outstanding) => this.#settled(() => this.#ledger.ack(event)),
        onNack: (event: Outstanding, error: Error, delayMs: number | undefined) =>
          this.#settled(() => this.#ledger.nack(event, error, delayMs)),
        onBroken: (error: unknown, culprit: Outstanding | undefined) => this.#break(error, culprit),
      }
      this.#pipeline = new StreamPipeline(this.#group.name, this.#stream, heard, tracing)
      await Promise.all([this.#feeding(), this.#writing()])
      this.#pipeline.close()
      const { error, outage } = this.#lastBreak()
      if (!outage) await this.#writePage().catch((problem) => this.#explain(problem))
      this.#ledger.abandon()
      this.#partitions.forget()
      if (this.#stopping) return
      this.#failures += 1
      log.warn({ group: this.#group.name, failures: this.#failures, reason: reasonOf(error) }, 'stream starts over')
      await this.#feed.wait(retryDelay(outage ? outageBackoff(settings) : restartBackoff(settings), this.#failures))
    }
  }

  #lastBreak(): { readonly error: unknown; readonly outage: boolean } {
    return this.#broken ?? { error: undefined, outage: false }
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
        const fed = await this.#feeder.feed()
        this.#write.wake()
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
        else await this.#write.wait()
        await this.#gather()
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
    this.#ledger.written(page, new Set(left.map(([topic, key]) => `${topic}\n${key}`)))
    this.#feeder.retryHeld()
    if (left.length > 0) this.#feeder.lanesDue()
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
}

function outageBackoff({ read }: EventSettings): { baseMs: number; capMs: number } {
  return { baseMs: read.outageBaseMs, capMs: read.outageCapMs }
}

function restartBackoff({ stream }: EventSettings): { baseMs: number; capMs: number } {
  return { baseMs: stream.restartBaseMs, capMs: stream.restartCapMs }
}
