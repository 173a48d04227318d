import type { Knex } from 'knex'
import { KafkaCarrier } from '../../../adapters/kafka/kafka-carrier.ts'
import type { EventCarrier } from '../../../core/contracts/ports/event-carrier.ts'
import { Relay } from '../../../core/events/carrier/relay.ts'
import { RelayStore } from '../../../core/events/carrier/relay-store.ts'
import type { CrashPoint, EventEngine, EventSettings } from '../../../core/events/index.ts'
import { LogStore } from '../../../core/events/store/log-store.ts'
import { WorkStore } from '../../../core/events/store/work-store.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { settings as kafkaSettings } from '../../adapters/kafka/kit.ts'
import { type KafkaOrders, stepped } from '../model.ts'
import { mutantCarrier } from './mutants.ts'

export interface CarryParts {
  readonly engine: EventEngine
  readonly knex: Knex
  readonly settings: EventSettings
  readonly crashPoint: (point: CrashPoint) => void | Promise<void>
  readonly mutant: string | undefined
  readonly random: () => number
}

/** What runs beside the engine, and ends after it. */
export interface Carried {
  /** Once the engine has started. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Less patient than in production: a run has no time for a session of 15 s. */
const impatient = {
  ...{ connectMs: 500, requestMs: 1_500, sendMs: 2_000, sessionMs: 6_000, heartbeatMs: 500 },
  ...{ fetchWaitMs: 50, restartBaseMs: 100, restartCapMs: 500 },
}

/** Puts the engine of a server process on Kafka. */
export function carry(orders: KafkaOrders, parts: CarryParts): Carried {
  const settings = kafkaSettings(orders.brokers, { topicPrefix: orders.prefix, ...impatient })
  const open = () => new KafkaCarrier(settings, silentLogger)
  const carrier = parts.mutant === undefined ? open() : mutantCarrier(parts.mutant, settings, parts)
  if (orders.truncated > 0) truncate(carrier, () => parts.random() < orders.truncated)
  parts.engine.carry(carrier, { makeTopics: true })
  const usurper = orders.usurper ? new Usurper(open(), parts) : undefined
  return {
    start: async () => usurper?.start(),
    stop: async () => {
      await usurper?.stop()
      await carrier.stop()
    },
  }
}

/** Of some fetches the first half is missing, as after a reset of the place to a later one. */
function truncate(carrier: EventCarrier, isDue: () => boolean): void {
  const follow = carrier.follow.bind(carrier)
  carrier.follow = (listener) =>
    follow({
      live: (partitions) => listener.live(partitions),
      lost: () => listener.lost(),
      records: (partition, records) =>
        listener.records(partition, isDue() ? records.slice(Math.ceil(records.length / 2)) : records),
    })
}

type StoppableCarrier = EventCarrier & { stop(): Promise<void> }

/** A relay with a producer of its own that sends every partition, whoever holds their leases. */
class Usurper {
  readonly #carrier: StoppableCarrier
  readonly #parts: CarryParts
  #relay: Relay | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(carrier: StoppableCarrier, parts: CarryParts) {
    this.#carrier = carrier
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { knex, settings, crashPoint } = this.#parts
    const store = new RelayStore(knex)
    const relay = new Relay({
      ...{ knex, log: silentLogger, settings, crashPoint, store, workStore: new WorkStore() },
      ...{ carrier: this.#carrier, logId: await store.logId(), onFailure: () => {} },
    })
    this.#relay = relay
    relay.assign(stepped.topic, await new LogStore(knex, settings.partitions).heads([stepped.topic]))
    relay.start()
    this.#timer = setInterval(() => relay.wake(), settings.read.notifyMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#relay?.stop()
    await this.#carrier.stop()
  }
}
