import type { EventTransport } from '../contracts/ports/event-transport.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { EventType } from '../plugin/event.ts'
import type { EventHandler, EventStream } from '../plugin/handler.ts'
import { noTracing } from '../telemetry/tracing.ts'
import type { EventAppender } from './appender.ts'
import type { Consumer, ConsumerParts, TopicPartition } from './consume/consumer.ts'
import { type Group, handlerGroup, streamGroup } from './consume/group.ts'
import { HandlerCall } from './consume/handler-call.ts'
import { KeyedConsumer } from './consume/keyed-consumer.ts'
import { KeyedTransaction } from './consume/keyed-transaction.ts'
import { LaneRun } from './consume/lane-run.ts'
import { LaneWorker } from './consume/lane-worker.ts'
import { partitionName } from './consume/partitions.ts'
import { SerialConsumer } from './consume/serial-consumer.ts'
import { SerialTransaction } from './consume/serial-transaction.ts'
import { StreamConsumer } from './consume/stream-consumer.ts'
import type { EventEngineOptions, Subscription } from './engine-options.ts'
import { Leases } from './leases.ts'
import type { LogStore } from './store/log-store.ts'
import { StreamStore } from './store/stream-store.ts'
import { WorkStore } from './store/work-store.ts'

export interface ConsumerSetParts {
  readonly options: EventEngineOptions
  /** Names this process among the lease holders. */
  readonly owner: string
  readonly transport: EventTransport
  readonly appender: EventAppender
  readonly store: LogStore
  /** All partitions that some group holds here, whenever they change. */
  readonly onHeld: (partitions: readonly TopicPartition[]) => void
}

interface Member {
  readonly group: Group
  readonly consumer: Consumer
}

const defaultDrainMs = 10_000

/** The consumers of one process, and the leases they share with other processes. */
export class ConsumerSet {
  readonly unknownTypes = new Map<string, number>()
  readonly #parts: ConsumerParts
  readonly #leases: Leases
  readonly #members = new Map<string, Member>()
  readonly #held = new Map<string, readonly TopicPartition[]>()
  readonly #onHeld: ConsumerSetParts['onHeld']
  #started = false

  constructor({ options, owner, transport, appender, store, onHeld }: ConsumerSetParts) {
    const { knex, clock, log, registry, settings } = options
    this.#parts = {
      knex,
      clock,
      log,
      registry,
      settings,
      appender,
      transport,
      logStore: store,
      workStore: options.stores?.work ?? new WorkStore(),
      gate: options.gate ?? (() => true),
      tracing: options.tracing ?? noTracing,
      unknownTypes: this.unknownTypes,
      crashPoint: options.crashPoint ?? (() => undefined),
    }
    this.#onHeld = onHeld
    this.#leases = new Leases({
      knex,
      log,
      owner,
      ...settings.lease,
      groups: () => [...this.#members.values()].map(({ group }) => group),
      onAssigned: (name, partitions) => this.#assign(name, partitions),
    })
  }

  add(pluginId: string, handler: EventHandler): Subscription {
    const group = handlerGroup(pluginId, handler, this.#parts.settings)
    this.#check(group, handler.on)
    const shutdown = new AbortController()
    const call = new HandlerCall(group, handler, shutdown.signal)
    const lanes = new LaneWorker(this.#parts, group, new LaneRun(this.#parts, group, call), shutdown)
    if (handler.mode === 'keyed') {
      const transaction = new KeyedTransaction(this.#parts, group, call)
      return this.#join(group, new KeyedConsumer(this.#parts, group, transaction, lanes))
    }
    const transaction = new SerialTransaction(this.#parts, group, call)
    return this.#join(group, new SerialConsumer(this.#parts, group, transaction, lanes))
  }

  addStream(pluginId: string, stream: EventStream): Subscription {
    const group = streamGroup(pluginId, stream, this.#parts.settings)
    this.#check(group, stream.on)
    return this.#join(group, new StreamConsumer(this.#parts, group, stream, new StreamStore(this.#parts.knex)))
  }

  start(): void {
    this.#started = true
    for (const { consumer } of this.#members.values()) consumer.start()
    this.#leases.start()
  }

  /** Stops all consumers; what is in flight after `drainMs` is aborted. */
  async stop(drainMs: number): Promise<void> {
    await this.#leases.stop()
    const members = [...this.#members.values()]
    await Promise.all(members.map(({ consumer }) => drained(consumer, drainMs)))
  }

  release(): Promise<void> {
    return this.#leases.release()
  }

  refreshLeases(): void {
    this.#leases.refresh()
  }

  wake(topics: readonly string[]): void {
    for (const { group, consumer } of this.#members.values()) {
      if (group.topics.some((topic) => topics.includes(topic))) consumer.wake()
    }
  }

  /** A replay has moved the group's cursors. */
  reset(group: string): void {
    this.#members.get(group)?.consumer.reset()
  }

  wakeLanes(group: string): void {
    this.#members.get(group)?.consumer.wakeLanes()
  }

  topics(): readonly string[] {
    return [...new Set([...this.#members.values()].flatMap(({ group }) => group.topics))]
  }

  groups(): readonly string[] {
    return [...this.#members.keys()]
  }

  /** @throws ParleyError `event.group-unknown` */
  group(name: string): Group {
    const member = this.#members.get(name)
    if (member !== undefined) return member.group
    throw new ParleyError(
      'event.group-unknown',
      `No group ${name} runs here; there are: ${[...this.#members.keys()].join(', ') || 'none'}.`,
    )
  }

  #check(group: Group, types: readonly EventType[]): void {
    if (this.#members.has(group.name)) {
      throw new ParleyError('event.group-taken', `Two consumers are called ${group.name}; ids are unique in a plugin.`)
    }
    for (const { type } of types) {
      if (this.#parts.registry.get(type) !== undefined) continue
      throw new ParleyError('event.unregistered', `${group.name} handles ${type}, which no plugin's manifest lists.`)
    }
  }

  #assign(name: string, partitions: readonly TopicPartition[]): void {
    this.#held.set(name, partitions)
    this.#tellHeld()
    this.#members.get(name)?.consumer.assign(partitions)
  }

  #tellHeld(): void {
    const all = [...this.#held.values()].flat()
    this.#onHeld([...new Map(all.map((partition) => [partitionName(partition), partition])).values()])
  }

  #join(group: Group, consumer: Consumer): Subscription {
    this.#members.set(group.name, { group, consumer })
    this.#leases.forget(group.name)
    if (this.#started) {
      consumer.start()
      this.#leases.refresh()
    }
    return {
      group: group.name,
      stop: async (drainMs = defaultDrainMs) => {
        this.#members.delete(group.name)
        this.#leases.refresh()
        await drained(consumer, drainMs)
        if (this.#held.delete(group.name)) this.#tellHeld()
      },
    }
  }
}

async function drained(consumer: Consumer, drainMs: number): Promise<void> {
  const timer = setTimeout(() => consumer.abort(), drainMs)
  try {
    await consumer.stop()
  } finally {
    clearTimeout(timer)
  }
}
