import type {
  CarrierFollower,
  CarrierListener,
  CarrierTopic,
  EventCarrier,
  Health,
  Logger,
  OutgoingRecord,
} from '@parley/core'
import { type ClientMaker, kafkaClient } from './client.ts'
import { Follower } from './follower.ts'
import { Publisher } from './publisher.ts'
import type { KafkaSettings } from './settings.ts'
import { ensureTopics } from './topics.ts'

/** The event carrier on Kafka. */
export class KafkaCarrier implements EventCarrier {
  readonly #settings: KafkaSettings
  readonly #log: Logger
  readonly #client: ClientMaker
  readonly #publisher: Publisher
  readonly #followers = new Set<Follower>()

  /** @param client replaced by the chaos suite, whose mutants must be caught */
  constructor(settings: KafkaSettings, log: Logger, client = kafkaClient(settings, log)) {
    this.#settings = settings
    this.#log = log
    this.#client = client
    this.#publisher = new Publisher(this.#client, settings, log)
  }

  /** Loads the client, and with it what can be wrong before anything is connected: certificates, the package. */
  async start(): Promise<void> {
    await this.#client()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#publisher.stop(), ...[...this.#followers].map((follower) => follower.stop())])
  }

  async ensureTopics(topics: readonly CarrierTopic[]): Promise<void> {
    if (topics.length > 0) await ensureTopics(this.#client, this.#settings, topics)
  }

  publish(records: readonly OutgoingRecord[]): Promise<void> {
    return this.#publisher.publish(records)
  }

  follow(listener: CarrierListener): CarrierFollower {
    const follower = new Follower({ client: this.#client, settings: this.#settings, log: this.#log }, listener)
    this.#followers.add(follower)
    return follower
  }

  topicName(topic: string): string {
    return `${this.#settings.topicPrefix}${topic}`
  }

  figures(): Readonly<Record<string, number>> {
    const followers = [...this.#followers]
    const sum = (of: (follower: Follower) => number) => followers.reduce((total, one) => total + of(one), 0)
    return {
      ...this.#publisher.counts,
      restarts: sum(({ counts }) => counts.restarts),
      rejoins: sum(({ counts }) => counts.rejoins),
      undecodable: sum(({ counts }) => counts.undecodable),
      joined: sum(({ isJoined }) => (isJoined ? 1 : 0)),
    }
  }

  /** Asks nobody: sends and fetches go on all the time. While something is wrong events are read from the log. */
  health(): Health {
    const { failure } = this.#publisher
    if (failure !== undefined) return { ok: false, detail: `the last send failed: ${failure}` }
    const isAway = [...this.#followers].some(({ isWanted, isJoined }) => isWanted && !isJoined)
    return isAway ? { ok: false, detail: 'not connected for following' } : { ok: true }
  }
}
