import type { Knex } from 'knex'
import type { Observable } from 'rxjs'
import { v7 as uuidv7 } from 'uuid'
import type { EventCarrier } from '../contracts/ports/event-carrier.ts'
import { asUnavailable } from '../data/unavailable.ts'
import { reasonOf } from '../plugin/errors.ts'
import type { Delivery, EventType, NewEvent } from '../plugin/event.ts'
import type { EventHandler, EventStream } from '../plugin/handler.ts'
import type { EventTail } from '../plugin/services.ts'
import { noTracing, type Tracing } from '../telemetry/tracing.ts'
import type { EventAppender, PendingEvent, PrepareContext } from './appender.ts'
import type { Carriage } from './carrier/carriage.ts'
import { relayGroup } from './carrier/relay-store.ts'
import { ConsumerSet } from './consumer-set.ts'
import { DeadLetters } from './dead-letters.ts'
import type { EventChannel, EventEngineOptions, GroupLag, Subscription } from './engine-options.ts'
import { erasePersonal } from './erase.ts'
import { type IngestBatch, Ingester, type IngestResult } from './ingest/ingester.ts'
import { type KeptWebhook, type KeptWebhookFilter, listKeptWebhooks } from './kept-webhooks.ts'
import { LogReading } from './log-reading.ts'
import { partitionKey, prepareEvent } from './prepare-event.ts'
import { type ReplayFrom, type ReplayOptions, replayGroup } from './replay.ts'
import { applyRetention, type RetentionReport } from './retention.ts'
import { AdminStore } from './store/admin-store.ts'
import { LogStore } from './store/log-store.ts'
import { LogTail } from './tail.ts'
import { WakeUps } from './wake-ups.ts'

/**
 * The event backbone of one process: appends to the log, takes in what comes from outside, and runs the consumers of
 * the plugins that live here. Any number of processes may run one on the same database.
 *
 * `prepare`, `append` and `ingest` work before `start`; consumers run from `start` to `stop`, and may be added between.
 */
export class EventEngine implements EventAppender, EventTail {
  readonly dead: DeadLetters
  readonly #options: EventEngineOptions
  readonly #store: LogStore
  readonly #tracing: Tracing
  readonly #admin: AdminStore
  readonly #ingester: Ingester
  readonly #consumers: ConsumerSet
  readonly #reading: LogReading
  readonly #wakeUps: WakeUps
  readonly #tail: LogTail
  readonly #stopListening: () => void
  #started = false

  constructor(options: EventEngineOptions) {
    const { knex, clock, log, settings, stores } = options
    this.#options = options
    this.#tracing = options.tracing ?? noTracing
    this.#store = stores?.log ?? new LogStore(knex, settings.partitions)
    this.#admin = new AdminStore(knex)
    this.#ingester = new Ingester({
      ...{ store: this.#store, appender: this, clock, tracing: this.#tracing },
      settings: settings.ingest,
    })
    this.#reading = new LogReading(options, this.#store)
    const transport = this.#reading.recent
    this.#stopListening = transport.onArrival((topics) => this.#arrived(topics))
    this.#consumers = new ConsumerSet({
      ...{ options, transport, store: this.#store, appender: this, owner: uuidv7() },
      onHeld: (partitions) => {
        this.#reading.held(partitions)
        // Who tails reads what others hold too.
        this.#tail.wake()
      },
    })
    this.#tail = new LogTail({
      store: this.#store,
      transport,
      log,
      window: settings.read.window,
      pauseMs: settings.read.outageCapMs,
    })
    this.#wakeUps = this.#makeWakeUps()
    this.dead = new DeadLetters({
      admin: this.#admin,
      store: this.#store,
      clock,
      onReplayed: (group) => this.#consumers.wakeLanes(group),
    })
  }

  /** Types met in the log that no plugin of this process knows, with how often. */
  get unknownTypes(): ReadonlyMap<string, number> {
    return this.#consumers.unknownTypes
  }

  prepare(tenantId: string, event: NewEvent, context: PrepareContext): PendingEvent {
    const { registry, clock, settings } = this.#options
    const traceparent = context.traceparent ?? this.#tracing.causedBy(event.causationId ?? context.causationId)
    const placed = traceparent === undefined ? context : { ...context, traceparent }
    return prepareEvent({ registry, clock, maxEventBytes: settings.maxEventBytes }, tenantId, event, placed)
  }

  async append(trx: Knex.Transaction, events: readonly PendingEvent[]): Promise<void> {
    if (events.length > 0) await this.#tracing.send(events, () => this.#store.append(trx, events))
  }

  committed(topics: readonly string[]): void {
    this.#reading.arrived(topics)
    this.#wakeUps.ring(topics)
  }

  /** See {@link Ingester.ingest}. */
  ingest(batch: IngestBatch): Promise<IngestResult[]> {
    return this.#tracing.send(batch.items, () => this.#ingester.ingest(batch))
  }

  /** The group is `<pluginId>.<handler.id>`. @throws ParleyError `event.group-taken`, `event.unregistered` */
  subscribe(pluginId: string, handler: EventHandler): Subscription {
    return this.#consumers.add(pluginId, handler)
  }

  /** The group is `<pluginId>.<stream.id>`. @throws ParleyError `event.group-taken`, `event.unregistered` */
  stream(pluginId: string, stream: EventStream): Subscription {
    return this.#consumers.addStream(pluginId, stream)
  }

  tail(types: readonly EventType[]): Observable<Delivery> {
    return this.#tail.tail(types)
  }

  /** Groups that this process works for. */
  get groups(): readonly string[] {
    return this.#consumers.groups()
  }

  /** What carries events between processes, where something other than the log does. */
  get carrier(): Carriage | undefined {
    return this.#reading.carriage
  }

  /**
   * From `start` on events travel over the carrier. Where they are read from is all that changes: cursors and leases are
   * the same, so processes with and without may work side by side.
   */
  carry(value: EventCarrier, { makeTopics }: { readonly makeTopics: boolean }): void {
    this.#reading.carry(value, makeTopics)
  }

  /** The topics of this process's events that are there, as others find them. */
  channels(): Promise<readonly EventChannel[]> {
    return this.#reading.channels(this.#options.registry.topics())
  }

  /** Of one group, or of all that ever ran; of the relay only where there is a carrier. */
  async lag(group?: string): Promise<readonly GroupLag[]> {
    const rows = await this.#admin.lag(group ?? null, this.#options.clock.now())
    return rows.filter((row) => row.group === group || row.group !== relayGroup || this.carrier !== undefined)
  }

  /** See {@link replayGroup}. The group must be at work in this process. @throws ParleyError `event.group-unknown` */
  async replay(group: string, from: ReplayFrom, options?: ReplayOptions): Promise<void> {
    const known = this.#consumers.group(group)
    await replayGroup({ knex: this.#options.knex, admin: this.#admin, store: this.#store }, known, from, options)
    this.#consumers.reset(options?.into ?? group)
  }

  /** Raw webhook calls that are still kept. */
  webhooks(filter: KeptWebhookFilter = {}): Promise<readonly KeptWebhook[]> {
    return listKeptWebhooks(this.#admin, filter)
  }

  /** To be called daily; see {@link applyRetention}. */
  retain(): Promise<RetentionReport> {
    return applyRetention(this.#admin, this.#options.clock, this.#options.settings.retention)
  }

  /** Blanks the personal fields of all of a tenant's events with these keys. @returns how many events were changed */
  async erase(tenantId: string, ...keys: readonly string[]): Promise<number> {
    const full = keys.map((key) => partitionKey(tenantId, key))
    const erased = await erasePersonal(this.#admin, this.#options.registry, tenantId, full)
    this.#reading.forget()
    return erased
  }

  /** @throws UnavailableError; may then be tried again */
  async start(): Promise<void> {
    try {
      const topics = this.#options.registry.topics()
      await this.#store.ensureTopics(topics)
      await this.#reading.open(topics)
    } catch (error) {
      throw asUnavailable(error)
    }
    this.#started = true
    await this.#wakeUps.start()
    this.#consumers.start()
    this.carrier?.start()
  }

  /** Drains for at most `drainMs`, then gives up what is in flight; gives its leases back at once. */
  async stop(drainMs: number): Promise<void> {
    await this.#ingester.drain()
    if (this.#started) await this.#consumers.stop(drainMs)
    await Promise.all([this.#wakeUps.stopWatching(), this.#tail.stop(), this.carrier?.stop()])
    this.#stopListening()
    this.#reading.recent.close()
    try {
      if (this.#started) await Promise.all([this.#consumers.release(), this.carrier?.release()])
      this.#wakeUps.ringLeasesFree()
    } catch (error) {
      this.#options.log.warn({ reason: reasonOf(error) }, 'leases were not given back; they will run out')
    }
    await this.#wakeUps.stop()
  }

  #arrived(topics: readonly string[]): void {
    this.#wakeUps.busy()
    this.#consumers.wake(topics)
    this.#tail.wake()
  }

  #makeWakeUps(): WakeUps {
    const { knex, clock, log, settings } = this.#options
    return new WakeUps({
      ...{ knex, clock, log, store: this.#store, settings: settings.read },
      topics: () => [...new Set([...this.#consumers.topics(), ...(this.carrier?.topics ?? [])])],
      groups: () => this.#consumers.groups(),
      onArrival: (topics) => this.#reading.arrived(topics),
      onLeasesFree: () => {
        this.#consumers.refreshLeases()
        this.carrier?.refreshLeases()
      },
      onLanesDue: (group) => this.#consumers.wakeLanes(group),
      onReset: (group) => this.#consumers.reset(group),
    })
  }
}
