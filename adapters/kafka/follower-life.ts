import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type CarrierListener, type CarrierPartition, type IncomingRecord, ParleyError, reasonOf } from '@parley/core'
import type { Admin, Consumer, EachBatchPayload } from 'kafkajs'
import { fromMessage } from './cloud-event.ts'
import type { FollowerCounts, FollowerParts } from './follower.ts'
import { Placement } from './placement.ts'
import { within } from './within.ts'

/** Without a fetch or a heartbeat for this many sessions a consumer counts as dead. */
const DEAD_AFTER_SESSIONS = 3

/**
 * One kafkajs consumer, from its making to its end.
 *
 * kafkajs has no manual assignment, so the consumer is the only member of a group of its own: it is assigned every
 * partition of its topics, and what is not wanted is paused. Offsets are neither committed nor looked up: the engine's
 * cursors are in Postgres, and a place is the partition's end at the moment it is asked for ({@link Placement}).
 *
 *   connecting ──▶ joining ──GROUP_JOIN──▶ joined ──crash, disconnect, silence──▶ over
 *                     ▲                      │
 *                     └──────rebalance───────┘   everything is paused and placed anew: kafkajs keeps pause flags
 */
export class FollowerLife {
  readonly #parts: FollowerParts
  readonly #listener: CarrierListener
  readonly #counts: FollowerCounts
  readonly #groupId: string
  readonly #over = Promise.withResolvers<void>()
  #wanted: readonly CarrierPartition[] = []
  #placement: Placement | undefined
  #joins = 0
  #lastSign = performance.now()
  #gathered = 0

  constructor(parts: FollowerParts, listener: CarrierListener, counts: FollowerCounts) {
    this.#parts = parts
    this.#listener = listener
    this.#counts = counts
    this.#groupId = `${parts.settings.topicPrefix}follow.${randomUUID()}`
    // Who ends it may do so before anybody waits.
    this.#over.promise.catch(() => undefined)
  }

  get isJoined(): boolean {
    return this.#placement !== undefined
  }

  set(partitions: readonly CarrierPartition[]): void {
    this.#wanted = partitions
    this.#placement?.set(partitions)
  }

  pause(partition: CarrierPartition): void {
    this.#placement?.pause(partition)
  }

  resume(partition: CarrierPartition): void {
    this.#placement?.resume(partition)
  }

  /** Asks it to end in good order. */
  end(): void {
    this.#over.resolve()
  }

  /** Resolves when it was ended; rejects when it ended by itself. */
  async run(topics: readonly string[], wanted: readonly CarrierPartition[]): Promise<void> {
    this.#wanted = wanted
    const { settings, client } = this.#parts
    const kafka = await client()
    const admin = kafka.admin()
    const consumer = kafka.consumer({
      groupId: this.#groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: settings.sessionMs,
      heartbeatInterval: settings.heartbeatMs,
      maxWaitTimeInMs: settings.fetchWaitMs,
      maxBytes: settings.fetchBytes,
      maxBytesPerPartition: settings.fetchBytesPerPartition,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    })
    const watch = setInterval(() => this.#checkLife(), settings.heartbeatMs)
    try {
      this.#listen(consumer, admin)
      const begun = this.#begin(consumer, admin, topics)
      begun.catch((error) => this.#over.reject(error))
      await this.#over.promise
    } finally {
      clearInterval(watch)
      this.#placement?.close()
      this.#placement = undefined
      await this.#leave(consumer, admin)
    }
  }

  async #begin(consumer: Consumer, admin: Admin, topics: readonly string[]): Promise<void> {
    const { settings } = this.#parts
    const connected = Promise.all([admin.connect(), consumer.connect()])
    await within('connecting to Kafka', settings.requestMs, connected)
    await consumer.subscribe({ topics: topics.map((topic) => `${settings.topicPrefix}${topic}`), fromBeginning: false })
    await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#take(payload) })
  }

  #listen(consumer: Consumer, admin: Admin): void {
    const { events } = consumer
    const alive = () => {
      this.#lastSign = performance.now()
    }
    consumer.on(events.FETCH, alive)
    consumer.on(events.HEARTBEAT, alive)
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      alive()
      this.#joined(consumer, admin, payload.memberAssignment)
    })
    consumer.on(events.CRASH, ({ payload }) => this.#over.reject(payload.error))
    consumer.on(events.DISCONNECT, () => this.#over.reject(new ParleyError('kafka.disconnected', 'Kafka is gone.')))
  }

  /** Synchronous: nothing is fetched before everything is paused. */
  #joined(consumer: Consumer, admin: Admin, assigned: Readonly<Record<string, readonly number[]>>): void {
    this.#joins += 1
    if (this.#joins > 1) this.#counts.rejoins += 1
    this.#placement?.close()
    if (this.#joins > 1) this.#listener.lost()
    this.#placement = new Placement({
      ...{ consumer, admin, assigned, prefix: this.#parts.settings.topicPrefix },
      onLive: (partitions) => this.#listener.live(partitions),
      onFailure: (error) => this.#over.reject(error),
    })
    this.#placement.set(this.#wanted)
  }

  /** Never throws: an exception here stops every partition of the consumer. */
  async #take({ batch }: EachBatchPayload): Promise<void> {
    const topic = batch.topic.slice(this.#parts.settings.topicPrefix.length)
    const records: IncomingRecord[] = []
    for (const message of batch.messages) {
      const record = fromMessage(batch.partition, message)
      if (record === undefined) this.#counts.undecodable += 1
      else records.push(record)
    }
    try {
      this.#listener.records({ topic, part: batch.partition }, records)
    } catch (error) {
      this.#over.reject(error)
    }
    await this.#gather()
  }

  /**
   * The next fetch begins when this one's batches are done. Each costs both sides something for every partition, full or
   * empty, and under steady traffic one event is always there: so there is a moment for more of them to come.
   */
  async #gather(): Promise<void> {
    const { fetchGatherMs } = this.#parts.settings
    if (performance.now() - this.#gathered < fetchGatherMs) return
    await pause(fetchGatherMs)
    this.#gathered = performance.now()
  }

  #checkLife(): void {
    const silent = performance.now() - this.#lastSign
    if (silent < this.#parts.settings.sessionMs * DEAD_AFTER_SESSIONS) return
    this.#over.reject(new ParleyError('kafka.silent', `No sign of life for ${Math.round(silent)} ms.`))
  }

  /** The group is this process's alone, so it goes with it; what cannot be deleted, the broker forgets by itself. */
  async #leave(consumer: Consumer, admin: Admin): Promise<void> {
    const { log, settings } = this.#parts
    const leave = async () => {
      await consumer.disconnect()
      if (this.#joins > 0) await admin.deleteGroups([this.#groupId])
    }
    try {
      await within('leaving Kafka', settings.leaveMs, leave())
      await within('leaving Kafka', settings.leaveMs, admin.disconnect())
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'the follower’s group was left behind')
      admin.disconnect().catch(() => undefined)
    }
  }
}
