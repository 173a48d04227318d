import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { EventCarrier } from '../../contracts/ports/event-carrier.ts'
import { reasonOf } from '../../plugin/errors.ts'
import type { Logger } from '../../plugin/services.ts'
import { retryDelay } from '../backoff.ts'
import type { CrashPoint, TopicPartition } from '../consume/consumer.ts'
import { Partitions } from '../consume/partitions.ts'
import type { EventSettings } from '../settings.ts'
import { Signal } from '../signal.ts'
import type { WorkStore } from '../store/work-store.ts'
import { type RelayBatch, relayBatch } from './outgoing.ts'
import { type RelayStore, relayGroup } from './relay-store.ts'

export interface RelayOptions {
  readonly knex: Knex
  readonly log: Logger
  readonly logId: string
  readonly carrier: Pick<EventCarrier, 'publish'>
  readonly store: RelayStore
  readonly workStore: WorkStore
  readonly settings: Pick<EventSettings, 'carrier' | 'read'>
  readonly crashPoint: (point: CrashPoint) => void | Promise<void>
  /** The broker did not take a batch: it is away, or so it looks. */
  readonly onFailure: () => void
}

/**
 * Brings the log to the broker: reads from the relay's cursors, sends, moves the cursors. A crash in between sends again
 * what was sent; so do two relays that believe to own one partition. Readers drop both by offset.
 *
 *   asleep ──wake──▶ reading ──nothing──▶ asleep (once all that was read is sent)
 *                       │ a batch
 *                       ▼
 *                    sending, one batch at a time, while the next one is read
 *                       │ the broker has it: the cursors move
 *                       └ refused, or the database is gone: wait, begin anew from the cursors
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #partitions: Partitions
  readonly #assigned = new Map<string, readonly TopicPartition[]>()
  readonly #signal = new Signal()
  readonly #counts = { sent: 0, sends: 0, failures: 0, skipped: 0 }
  #sending: Promise<void> = Promise.resolve()
  #stopping = false
  /** What a broker says after that is nobody's. */
  #isOver = false
  #running: Promise<void> | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    const latest = options.settings.carrier.relayFrom === 'latest'
    this.#partitions = new Partitions({ name: relayGroup, latest }, options.workStore)
  }

  /** Events `sent` and skipped, `sends` that succeeded and `failures`. */
  get counts(): Readonly<Record<'sent' | 'sends' | 'failures' | 'skipped', number>> {
    return this.#counts
  }

  start(): void {
    this.#running ??= this.#loop()
  }

  /** These partitions of the topic, and no others, are this process's to send. */
  assign(topic: string, partitions: readonly TopicPartition[]): void {
    this.#assigned.set(topic, partitions)
    this.#partitions.assign([...this.#assigned.values()].flat())
    this.#signal.wake()
  }

  wake(): void {
    this.#signal.wake()
  }

  /** Waits for the send that is under way, but not for a broker that is away: whoever relays next sends it again. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#signal.wake()
    const timer = new AbortController()
    const late = pause(this.#options.settings.carrier.stopMs, undefined, { signal: timer.signal }).catch(
      () => undefined,
    )
    await Promise.race([this.#running, late])
    timer.abort()
    this.#isOver = true
  }

  async #loop(): Promise<void> {
    const { log } = this.#options
    let failures = 0
    while (!this.#stopping) {
      try {
        const batch = await this.#next()
        await this.#sending
        failures = 0
        if (batch === undefined) await this.#signal.wait()
        else await this.#begin(batch)
      } catch (error) {
        failures += 1
        this.#counts.failures += 1
        log.warn({ failures, reason: reasonOf(error) }, 'relay pauses')
        await this.#sending.catch(() => undefined)
        this.#sending = Promise.resolve()
        this.#partitions.forget()
        await this.#pause(failures)
      }
    }
    await this.#sending.catch((error) => log.warn({ reason: reasonOf(error) }, 'relay stops in the middle of a send'))
  }

  /** Arrivals do not end it: under load they would make every pause none. */
  async #pause(failures: number): Promise<void> {
    const { outageBaseMs: baseMs, outageCapMs: capMs } = this.#options.settings.read
    const until = performance.now() + retryDelay({ baseMs, capMs }, failures)
    while (!this.#stopping && performance.now() < until) await pause(20)
  }

  /** What stands after all that was read, `undefined` when there is nothing. */
  async #next(): Promise<RelayBatch | undefined> {
    const { knex, store, settings, logId } = this.#options
    await this.#partitions.openAll(knex)
    const ranges = this.#partitions.ranges()
    const rows = ranges.length === 0 ? [] : await store.read(ranges, settings.carrier.relayBatch)
    if (rows.length === 0) return undefined
    const batch = relayBatch(logId, rows)
    for (const { topic, part, end } of batch.ends) {
      const partition = this.#partitions.of({ topic, part })
      if (partition !== undefined) partition.next = end
    }
    return batch
  }

  /** A send costs as much for one event as for many: after a small one there is a moment for more of them to come. */
  async #begin(batch: RelayBatch): Promise<void> {
    const { relayBatch, gatherMs } = this.#options.settings.carrier
    this.#sending = this.#send(batch)
    // Awaited by the next round; until then a refusal must not count as unhandled.
    this.#sending.catch(() => undefined)
    if (batch.records.length * 2 < relayBatch) await pause(gatherMs)
  }

  async #send(batch: RelayBatch): Promise<void> {
    const { carrier, crashPoint, onFailure } = this.#options
    await crashPoint('relay-before-send')
    try {
      if (batch.records.length > 0) await carrier.publish(batch.records)
    } catch (error) {
      if (!this.#isOver) onFailure()
      throw error
    }
    if (this.#isOver) return
    this.#counts.sent += batch.records.length
    this.#counts.skipped += batch.skipped
    this.#counts.sends += 1
    await crashPoint('relay-sent-before-low')
    await this.#advance(batch)
    await crashPoint('relay-advanced')
  }

  async #advance({ ends }: RelayBatch): Promise<void> {
    const { knex, workStore } = this.#options
    const moves = ends.flatMap(({ topic, part, end }) => {
      const partition = this.#partitions.of({ topic, part })
      return partition === undefined ? [] : [{ topic, part, epoch: partition.epoch, low: end }]
    })
    if (moves.length === 0) return
    const stale = await workStore.advance(knex, relayGroup, moves)
    for (const { topic, part, low } of moves) {
      const partition = this.#partitions.of({ topic, part })
      if (partition !== undefined && partition.low < low) partition.low = low
    }
    for (const [topic, part] of stale) this.#partitions.forget(`${topic}/${part}`)
  }
}
