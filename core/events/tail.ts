import { Observable, type Subscriber } from 'rxjs'
import type { EventTransport, LogRange } from '../contracts/ports/event-transport.ts'
import { reasonOf } from '../plugin/errors.ts'
import type { Delivery, EventType } from '../plugin/event.ts'
import type { EventTail, Logger } from '../plugin/services.ts'
import { partitionName } from './consume/partitions.ts'
import { Signal } from './signal.ts'
import type { LogStore } from './store/log-store.ts'

export interface TailOptions {
  readonly store: LogStore
  readonly transport: EventTransport
  readonly log: Logger
  readonly window: number
  readonly pauseMs: number
}

interface Listener {
  readonly types: ReadonlySet<string>
  readonly topics: ReadonlySet<string>
  readonly subscriber: Subscriber<Delivery>
}

const never = new AbortController().signal

/**
 * Live views of the log for sockets: every committed event of a type, from subscribing on, whichever process published
 * it. No cursor and no promise: after an outage it goes on from the log's end. Reads only while somebody listens, and
 * each topic once for all listeners.
 */
export class LogTail implements EventTail {
  readonly #options: TailOptions
  readonly #listeners = new Set<Listener>()
  readonly #signal = new Signal()
  #ranges = new Map<string, LogRange>()
  #stopping = false
  #running: Promise<void> | undefined

  constructor(options: TailOptions) {
    this.#options = options
  }

  tail(types: readonly EventType[]): Observable<Delivery> {
    return new Observable((subscriber) => {
      const listener = {
        types: new Set(types.map((type) => type.type)),
        topics: new Set(types.map((type) => type.topic)),
        subscriber,
      }
      this.#listeners.add(listener)
      this.#running ??= this.#loop()
      this.#signal.wake()
      return () => this.#listeners.delete(listener)
    })
  }

  wake(): void {
    if (this.#listeners.size > 0) this.#signal.wake()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#signal.wake()
    await this.#running
    for (const { subscriber } of this.#listeners) subscriber.complete()
    this.#listeners.clear()
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#follow()
        if (!(await this.#round())) await this.#signal.wait()
      } catch (error) {
        this.#options.log.warn({ reason: reasonOf(error) }, 'the log tail goes on from the end of the log')
        this.#ranges.clear()
        await this.#signal.wait(this.#options.pauseMs)
      }
    }
  }

  /** Topics that somebody listens to begin at their end; others are let go. */
  async #follow(): Promise<void> {
    const topics = new Set([...this.#listeners].flatMap((listener) => [...listener.topics]))
    for (const [name, range] of this.#ranges) if (!topics.has(range.topic)) this.#ranges.delete(name)
    const known = new Set([...this.#ranges.values()].map((range) => range.topic))
    const fresh = [...topics].filter((topic) => !known.has(topic))
    if (fresh.length === 0) return
    for (const head of await this.#options.store.heads(fresh)) this.#ranges.set(partitionName(head), head)
  }

  async #round(): Promise<boolean> {
    const ranges = [...this.#ranges.values()]
    if (ranges.length === 0) return false
    const records = await this.#options.transport.read(ranges, this.#options.window)
    for (const record of records) {
      const { topic, part, off } = record.position
      this.#ranges.set(partitionName(record.position), { topic, part, from: off + 1n })
      if ('event' in record) this.#emit({ ...record, attempt: 1, signal: never })
    }
    return records.length > 0
  }

  #emit(delivery: Delivery): void {
    for (const { types, subscriber } of this.#listeners) {
      if (types.has(delivery.event.type)) subscriber.next(delivery)
    }
  }
}
