import type { EventCarrier } from '../contracts/ports/event-carrier.ts'
import { Carriage } from './carrier/carriage.ts'
import { CarriedTransport } from './carrier/carried-transport.ts'
import type { TopicPartition } from './consume/consumer.ts'
import type { EventChannel, EventEngineOptions } from './engine-options.ts'
import { PostgresTransport } from './postgres-transport.ts'
import { RecentLog } from './recent-log.ts'
import type { LogStore } from './store/log-store.ts'

/**
 * How events come to this process: out of the log, or over a carrier where there is one, and from there through one memory
 * for all groups. See `carrier/README.md`.
 */
export class LogReading {
  /** What consumers read through. */
  readonly recent: RecentLog
  readonly #options: EventEngineOptions
  readonly #store: LogStore
  readonly #log: PostgresTransport
  readonly #carried: CarriedTransport
  #carrier: { readonly value: EventCarrier; readonly makeTopics: boolean } | undefined
  #carriage: Carriage | undefined

  constructor(options: EventEngineOptions, store: LogStore) {
    const { settings, stores, transport } = options
    this.#options = options
    this.#store = store
    this.#log = new PostgresTransport(store)
    this.#carried = new CarriedTransport({
      ...{ log: this.#log, buffer: settings.carrier.buffer },
      ...(stores?.carried === undefined ? {} : { partitions: stores.carried }),
    })
    this.recent = new RecentLog({
      source: transport ?? this.#carried,
      keep: settings.read.recent,
      window: settings.read.window,
    })
    this.#log.onArrival(() => this.#carriage?.wake())
  }

  /** What runs here because of a carrier, from `open` on. */
  get carriage(): Carriage | undefined {
    return this.#carriage
  }

  /** To be called before `open`. */
  carry(value: EventCarrier, makeTopics: boolean): void {
    this.#carrier = { value, makeTopics }
  }

  /** Those of the topics that are there. */
  async channels(topics: readonly string[]): Promise<readonly EventChannel[]> {
    const heads = await this.#store.heads(topics)
    const byTopic = Map.groupBy(heads, ({ topic }) => topic)
    const addressOf = (topic: string) => this.#carrier?.value.topicName?.(topic) ?? topic
    return [...byTopic].map(([topic, all]) => ({ topic, address: addressOf(topic), partitions: all.length }))
  }

  async open(topics: readonly string[]): Promise<void> {
    if (this.#carrier === undefined) return
    const { value: carrier, makeTopics } = this.#carrier
    this.#carriage = await Carriage.open({
      ...{ options: this.#options, carrier, makeTopics, topics, store: this.#store, transport: this.#carried },
    })
  }

  /** Somebody committed, here or elsewhere. */
  arrived(topics: readonly string[]): void {
    this.#log.arrived(topics)
  }

  /** These partitions, and no others, are read by this process's groups. */
  held(partitions: readonly TopicPartition[]): void {
    this.recent.keep(partitions)
    if (this.#carriage === undefined) return
    this.#carried.set(partitions)
    this.#carriage.follow(partitions)
  }

  /** What is in memory may have changed in the log: an erasure. */
  forget(): void {
    this.#carried.forget()
    this.recent.forget()
  }
}
