import type { Logger, OutgoingRecord } from '@parley/core'
import { reasonOf } from '@parley/core'
import type { Producer, TopicMessages } from 'kafkajs'
import type { ClientMaker } from './client.ts'
import { toMessage } from './cloud-event.ts'
import { portions } from './portions.ts'
import type { KafkaSettings } from './settings.ts'
import { within } from './within.ts'

/**
 * OUT_OF_ORDER_SEQUENCE_NUMBER, DUPLICATE_SEQUENCE_NUMBER ("already stored"), INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID: broker and producer
 * disagree about what was sent. kafkajs throws them and does not recover; a new producer begins with a clean sheet.
 * https://kafka.apache.org/protocol#protocol_error_codes
 */
const sequenceErrors: readonly number[] = [45, 46, 47, 59]

/**
 * The producer of one process. Idempotent, one request in flight, acknowledged by all in-sync replicas. One that failed,
 * for whatever reason, is thrown away: what it may still send are repeats, and repeats are dropped by whoever reads.
 */
export class Publisher {
  readonly #client: ClientMaker
  readonly #settings: KafkaSettings
  readonly #log: Logger
  readonly #counts = { producers: 0, resends: 0, refused: 0 }
  #producer: Promise<Producer> | undefined
  #failure: string | undefined

  constructor(client: ClientMaker, settings: KafkaSettings, log: Logger) {
    this.#client = client
    this.#settings = settings
    this.#log = log
  }

  get counts(): Readonly<Record<'producers' | 'resends' | 'refused', number>> {
    return this.#counts
  }

  /** Why the last send failed; `undefined` when it did not. */
  get failure(): string | undefined {
    return this.#failure
  }

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    for (const portion of portions(records, this.#settings)) await this.#publishPortion(portion)
  }

  async stop(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    const stopped = producer?.then((one) => one.disconnect()) ?? Promise.resolve()
    try {
      await within('leaving Kafka', this.#settings.leaveMs, stopped)
    } catch (error) {
      this.#log.debug({ reason: reasonOf(error) }, 'the producer was left behind')
    }
  }

  async #publishPortion(records: readonly OutgoingRecord[]): Promise<void> {
    const batch = this.#batch(records)
    try {
      await this.#send(batch)
    } catch (error) {
      if (!isSequenceError(error)) throw error
      this.#counts.resends += 1
      await this.#send(batch)
    }
  }

  async #send(topicMessages: TopicMessages[]): Promise<void> {
    const { sendMs } = this.#settings
    try {
      this.#producer ??= this.#connect()
      const producer = await within('connecting to Kafka', sendMs, this.#producer)
      await within('a send to Kafka', sendMs, producer.sendBatch({ acks: -1, topicMessages }))
      this.#failure = undefined
    } catch (error) {
      this.#counts.refused += 1
      this.#failure = reasonOf(error)
      this.#discard()
      throw error
    }
  }

  async #connect(): Promise<Producer> {
    const [{ Partitioners }, client] = await Promise.all([import('kafkajs'), this.#client()])
    const producer = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Never asked: every message names its partition.
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    this.#counts.producers += 1
    await producer.connect()
    return producer
  }

  #discard(): void {
    const producer = this.#producer
    this.#producer = undefined
    producer
      ?.then((one) => one.disconnect())
      .catch((error) => this.#log.debug({ reason: reasonOf(error) }, 'a producer that failed did not disconnect'))
  }

  #batch(records: readonly OutgoingRecord[]): TopicMessages[] {
    const byTopic = Map.groupBy(records, ({ position }) => position.topic)
    return [...byTopic].map(([topic, list]) => ({
      topic: `${this.#settings.topicPrefix}${topic}`,
      messages: list.map(toMessage),
    }))
  }
}

/** kafkajs wraps the broker's answer in errors of its own. */
function isSequenceError(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ('code' in one && sequenceErrors.includes(Number(one.code))) return true
  }
  return false
}
