import type { Knex } from 'knex'
import { relayGroup } from '../../../core/events/carrier/relay-store.ts'
import type { Broker } from '../../kafka/broker.ts'
import { newPrefix } from '../../kafka/prefix.ts'
import { type Figures, type KafkaOrders, stepped } from '../model.ts'
import type { ServerProcess } from '../server-process.ts'
import { type BrokerFaultCounts, type BrokerFaultOptions, runBrokerFaults } from './broker-faults.ts'
import type { CarriedVerdict } from './carried-checker.ts'
import { checkTopic } from './carried-evidence.ts'
import { runCutOver } from './cut-over.ts'
import { addFigures } from './figures.ts'
import { type OutageSample, runOutage } from './outage.ts'

export interface KafkaOptions {
  readonly broker: Broker
  /** Load after the faults, at least; 0: none, and nobody asks whether delivery has recovered. */
  readonly calmMs?: number
  readonly breakMs?: BrokerFaultOptions['breakMs']
  readonly brokenMs?: BrokerFaultOptions['brokenMs']
  /** A rebalance storm: a stranger in the followers’ groups, and a server that comes and goes, both every 2 s. */
  readonly storm?: boolean
  /** Share of the servers’ lives that run a second relay. */
  readonly usurpers?: number
  /** Share of the fetches of which followers are given the second half only. */
  readonly truncated?: number
  /** The broker is gone once for so long; the run ends when the relay has caught up. */
  readonly outage?: { readonly downMs: number; readonly leadMs: number; readonly sampleMs: number }
  /** Servers begin without Kafka, go over to it, and back; then the run ends. */
  readonly cutOver?: { readonly stayMs: number }
}

export interface KafkaReport {
  readonly topic: CarriedVerdict
  readonly figures: Figures
  readonly faults: BrokerFaultCounts
  /** Lives with a second relay. */
  readonly usurpers: number
  readonly outage: readonly OutageSample[]
  /** Servers that went from one way to the other. */
  readonly changes: number
}

/** What a run lends to its broker's part. */
export interface RunParts {
  readonly admin: Knex
  readonly servers: readonly ServerProcess[]
  /** The server that comes and goes in a storm. */
  readonly visitor: ServerProcess | undefined
  readonly acked: () => number
  readonly until: () => boolean
}

/** The part of a run that has to do with the broker. */
export class KafkaRun {
  readonly #options: KafkaOptions
  readonly #prefix = newPrefix()
  readonly #random: () => number
  #way: 'log' | 'kafka'
  #usurpers = 0
  readonly #faults: BrokerFaultCounts = { brokerKills: 0, brokerStops: 0, strangers: 0, comings: 0 }
  #outage: readonly OutageSample[] = []
  #changes = 0
  #isOver = false

  constructor(options: KafkaOptions, random: () => number) {
    this.#options = options
    this.#random = random
    this.#way = options.cutOver === undefined ? 'kafka' : 'log'
  }

  get hasStorm(): boolean {
    return this.#options.storm === true
  }

  /** It was about one story, which has been told. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** A fault that was asked for has not been seen: on a busy machine it takes its time. */
  get hasMore(): boolean {
    const { brokerKills, brokerStops, strangers, comings } = this.#faults
    const { breakMs, storm } = this.#options
    return (breakMs !== undefined && brokerKills * brokerStops === 0) || (storm === true && strangers * comings === 0)
  }

  /** For another life of a server; `undefined` where it is to read the log. */
  orders(): KafkaOrders | undefined {
    if (this.#way === 'log') return undefined
    const { broker, usurpers = 0, truncated = 0 } = this.#options
    const usurper = this.#random() < usurpers
    if (usurper) this.#usurpers += 1
    return { brokers: broker.brokers, prefix: this.#prefix, usurper, truncated }
  }

  async runFaults(parts: RunParts): Promise<void> {
    const { outage, cutOver } = this.#options
    if (outage === undefined && cutOver === undefined) return this.#breakThings(parts)
    const { broker } = this.#options
    if (outage !== undefined) this.#outage = await runOutage({ ...parts, broker, ...outage })
    if (cutOver !== undefined) this.#changes = await runCutOver({ ...parts, ...cutOver, go: (way) => this.#go(way) })
    this.#isOver = true
  }

  /** Partitions that their readers do not get by delivery now. */
  undelivered(servers: readonly ServerProcess[]): readonly string[] {
    return this.#way === 'log' ? [] : notDelivered(servers)
  }

  /** Groups that have nothing to finish: without a carrier nobody relays. */
  get idle(): readonly string[] {
    return this.#way === 'log' ? [relayGroup] : []
  }

  async report(admin: Knex, servers: readonly ServerProcess[]): Promise<KafkaReport> {
    const topic = await checkTopic(admin, this.#options.broker.brokers, this.#prefix)
    const figures = servers.reduce((sum: Figures, server) => addFigures(sum, server.figures), {})
    const counts = { usurpers: this.#usurpers, changes: this.#changes, faults: this.#faults }
    return { topic, figures, ...counts, outage: this.#outage }
  }

  async #breakThings({ visitor, until }: RunParts): Promise<void> {
    const { broker, breakMs, brokenMs = [500, 4_000] } = this.#options
    const names = { topic: `${this.#prefix}${stepped.topic}`, groups: `${this.#prefix}follow.` }
    const options = {
      ...{ broker, random: this.#random, until, breakMs, brokenMs },
      storm: visitor && { server: visitor, orders: { brokers: broker.brokers, ...names } },
    }
    await runBrokerFaults(options, this.#faults)
  }

  #go(way: 'log' | 'kafka'): void {
    this.#way = way
  }
}

function notDelivered(servers: readonly ServerProcess[]): readonly string[] {
  return servers.flatMap((server, i) => {
    const { unsynced = 0, syncing = 0, live } = server.now?.reading ?? {}
    if (live === undefined) return [`server ${i}: does not follow`]
    if (unsynced + syncing === 0) return []
    return [
      `server ${i}: of its partitions ${live} are delivered, ${syncing} are not yet, ${unsynced} are not followed`,
    ]
  })
}
