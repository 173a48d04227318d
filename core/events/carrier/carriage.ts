import { setTimeout as pause } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import type { CarrierFollower, CarrierPartition, EventCarrier } from '../../contracts/ports/event-carrier.ts'
import { reasonOf } from '../../plugin/errors.ts'
import { retryDelay } from '../backoff.ts'
import type { EventEngineOptions } from '../engine-options.ts'
import { Leases } from '../leases.ts'
import type { LogStore } from '../store/log-store.ts'
import { WorkStore } from '../store/work-store.ts'
import type { CarriedTransport } from './carried-transport.ts'
import { Overdue } from './overdue.ts'
import { Relay } from './relay.ts'
import { RelayStore } from './relay-store.ts'

export interface CarriageParts {
  readonly options: EventEngineOptions
  readonly carrier: EventCarrier
  readonly store: LogStore
  readonly transport: CarriedTransport
  /** Every topic that this process publishes to or consumes. */
  readonly topics: readonly string[]
  readonly makeTopics: boolean
}

/** Numbers for operators, all of this process. */
export interface CarriageFigures {
  readonly relay: Readonly<Record<string, number>>
  readonly reading: Readonly<Record<string, number>>
  readonly carrier: Readonly<Record<string, number>>
}

/**
 * Everything that runs in this process because events travel over a broker: its share of the relay, by leases of its own
 * (a group for each topic, as processes with different plugins know different topics), and the follower of the partitions
 * that its consumers hold. Nothing here throws because the broker is away: then the log is read, and the relay waits.
 */
export class Carriage {
  readonly #parts: CarriageParts
  readonly #store: RelayStore
  readonly #relay: Relay
  readonly #leases: Leases
  readonly #overdue: Overdue
  #wanted: readonly CarrierPartition[] = []
  #follower: CarrierFollower | undefined
  #started = false
  #stopping = false

  private constructor(parts: CarriageParts, store: RelayStore, logId: string) {
    this.#parts = parts
    this.#store = store
    this.#relay = this.#makeRelay(logId)
    this.#leases = this.#makeLeases()
    this.#overdue = new Overdue({
      heads: (topics) => parts.store.heads(topics),
      waitingBehind: (heads) => parts.transport.waitingBehind(heads),
      onOverdue: (partitions) => parts.transport.overdue(partitions),
      patienceMs: parts.options.settings.carrier.patienceMs,
      log: parts.options.log,
    })
    parts.transport.attach(
      logId,
      {
        pause: (partition) => this.#follower?.pause(partition),
        resume: (partition) => this.#follower?.resume(partition),
      },
      (topics) => this.#overdue.hint(topics),
    )
  }

  /** Connects to nothing yet. Fails only when the database does. */
  static async open(parts: CarriageParts): Promise<Carriage> {
    const store = new RelayStore(parts.options.knex)
    return new Carriage(parts, store, await store.logId())
  }

  /** Goes on in the background: the broker may be away for long. */
  start(): void {
    if (this.#started) return
    this.#started = true
    void this.#begin()
  }

  get topics(): readonly string[] {
    return this.#parts.topics
  }

  /** The log has grown, or another process gave leases back. */
  wake(): void {
    this.#relay.wake()
  }

  refreshLeases(): void {
    this.#leases.refresh()
  }

  /** The partitions that this process's consumers hold. */
  follow(partitions: readonly CarrierPartition[]): void {
    this.#wanted = partitions
    this.#follower?.set(partitions)
  }

  figures(): CarriageFigures {
    const { transport, carrier } = this.#parts
    return { relay: this.#relay.counts, reading: transport.figures(), carrier: carrier.figures() }
  }

  /** What the broker has not got yet, by partition. */
  relayLag(): ReturnType<RelayStore['behind']> {
    return this.#store.behind()
  }

  /** Finishes the send that is under way. Leases stay until `release`. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#leases.stop()
    await Promise.all([this.#relay.stop(), this.#follower?.stop(), this.#overdue.stop()])
    this.#follower = undefined
    this.#parts.transport.lost()
  }

  release(): Promise<void> {
    return this.#leases.release()
  }

  async #begin(): Promise<void> {
    if (this.#parts.makeTopics) await this.#makeTopics()
    if (this.#stopping) return
    this.#relay.start()
    this.#leases.start()
    this.#follower = this.#parts.carrier.follow(this.#parts.transport)
    this.#follower.set(this.#wanted)
  }

  /** Until it is done: without topics there is nothing to be relayed to. */
  async #makeTopics(): Promise<void> {
    const { carrier, topics, options } = this.#parts
    const { outageBaseMs: baseMs, outageCapMs: capMs } = options.settings.read
    for (let failures = 1; !this.#stopping; failures += 1) {
      try {
        return await carrier.ensureTopics(await this.#store.topics(topics))
      } catch (error) {
        options.log.warn({ failures, reason: reasonOf(error) }, 'the broker’s topics could not be made yet')
      }
      const until = performance.now() + retryDelay({ baseMs, capMs }, failures)
      while (!this.#stopping && performance.now() < until) await pause(20)
    }
  }

  #makeRelay(logId: string): Relay {
    const { options, carrier, transport } = this.#parts
    const { knex, log, settings, stores, crashPoint = () => undefined } = options
    return new Relay({
      ...{ knex, log, logId, carrier, settings, crashPoint },
      store: this.#store,
      workStore: stores?.work ?? new WorkStore(),
      onFailure: () => transport.distrust(),
    })
  }

  #makeLeases(): Leases {
    const { options, topics } = this.#parts
    const leases = topics.map((topic) => ({ name: `carrier.relay/${topic}`, topics: [topic] }))
    const topicOf = new Map(leases.map(({ name }, i) => [name, topics[i] ?? '']))
    return new Leases({
      knex: options.knex,
      log: options.log,
      owner: uuidv7(),
      ...options.settings.lease,
      groups: () => leases,
      onAssigned: (name, partitions) => this.#relay.assign(topicOf.get(name) ?? '', partitions),
    })
  }
}
