import type { Consumer, Kafka } from 'kafkajs'
import type { Knex } from 'knex'
import { kafkaClient } from '../../../adapters/kafka/client.ts'
import { KafkaCarrier } from '../../../adapters/kafka/kafka-carrier.ts'
import type { KafkaSettings } from '../../../adapters/kafka/settings.ts'
import type { OutgoingRecord } from '../../../core/contracts/ports/event-carrier.ts'
import type { LogRecord } from '../../../core/contracts/ports/event-transport.ts'
import { CarriedPartition, type Taken } from '../../../core/events/carrier/carried-partition.ts'
import { CarriedPartitions } from '../../../core/events/carrier/carried-partitions.ts'
import { relayGroup } from '../../../core/events/carrier/relay-store.ts'
import type { CrashPoint } from '../../../core/events/index.ts'
import { type Pair, WorkStore } from '../../../core/events/store/work-store.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

/** Ways to get the way over the broker wrong, each with one thing missing; see `../mutants.ts`. */
export const carrierMutants = ['relay-advances-first', 'trusts-gaps', 'ignores-repeats', 'stays-paused'] as const

export type CarrierMutant = (typeof carrierMutants)[number]

export function isCarrierMutant(name: string): name is CarrierMutant {
  return carrierMutants.some((mutant) => mutant === name)
}

export interface MutantParts {
  readonly knex: Knex
  readonly crashPoint: (point: CrashPoint) => void | Promise<void>
}

/** The carrier of the mutants that are wrong in sending, or in how they use kafkajs; for all others the true one. */
export function mutantCarrier(name: string, settings: KafkaSettings, parts: MutantParts): KafkaCarrier {
  if (name === 'relay-advances-first') return new AdvancesFirst(settings, parts)
  if (name === 'stays-paused') return new KafkaCarrier(settings, silentLogger, staysPaused(settings))
  return new KafkaCarrier(settings, silentLogger)
}

/** The partitions of the mutants that are wrong in taking what was delivered. */
export function mutantPartitions(name: string): CarriedPartitions | undefined {
  if (name === 'trusts-gaps') return new CarriedPartitions((topic, part) => new TrustsGaps(topic, part))
  if (name === 'ignores-repeats') return new CarriedPartitions((topic, part) => new IgnoresRepeats(topic, part))
  return undefined
}

/** Moves the relay's cursors before it sends: a crash in between, and the broker never gets these events. */
class AdvancesFirst extends KafkaCarrier {
  readonly #parts: MutantParts

  constructor(settings: KafkaSettings, parts: MutantParts) {
    super(settings, silentLogger)
    this.#parts = parts
  }

  override async publish(records: readonly OutgoingRecord[]): Promise<void> {
    const { knex, crashPoint } = this.#parts
    const store = new WorkStore()
    const ends = new Map(records.map(({ position }) => [`${position.topic}/${position.part}`, position]))
    const pairs = [...ends.values()].map(({ topic, part }): Pair<number> => [topic, part])
    const cursors = await store.open(knex, relayGroup, pairs, false)
    const lows = cursors.map(({ topic, part, epoch }) => {
      const low = (ends.get(`${topic}/${part}`)?.off ?? -1n) + 1n
      return { topic, part, epoch, low }
    })
    await store.advance(knex, relayGroup, lows)
    await crashPoint('relay-before-send')
    await super.publish(records)
  }
}

/** Takes whatever comes next for what follows. */
class TrustsGaps extends CarriedPartition {
  override take(off: bigint, record: LogRecord, most: number): Taken {
    const { end } = this
    return super.take(end !== undefined && off > end ? end : off, record, most)
  }
}

/** Goes by how many have come, as if nothing ever came twice. */
class IgnoresRepeats extends CarriedPartition {
  override take(off: bigint, record: LogRecord, most: number): Taken {
    const { end } = this
    if (end === undefined || off >= end) return super.take(off, record, most)
    return super.take(end, { ...record, position: { ...record.position, off: end } }, most)
  }
}

/** Does not know that kafkajs keeps its pause flags when it joins again. */
function staysPaused(settings: KafkaSettings): () => Promise<Kafka> {
  const client = kafkaClient(settings, silentLogger)
  return async () => {
    const kafka = await client()
    return {
      admin: () => kafka.admin(),
      producer: (config) => kafka.producer(config),
      consumer: (config) => forgetful(kafka.consumer(config)),
      logger: () => kafka.logger(),
    }
  }
}

function forgetful(consumer: Consumer): Consumer {
  let joins = 0
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joins += 1
  })
  const resume = consumer.resume.bind(consumer)
  consumer.resume = (topics) => {
    if (joins === 1) resume(topics)
  }
  return consumer
}
