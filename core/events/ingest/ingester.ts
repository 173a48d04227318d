import { asUnavailable } from '../../data/unavailable.ts'
import { UnavailableError } from '../../plugin/errors.ts'
import type { NewEvent } from '../../plugin/event.ts'
import { newId } from '../../plugin/new-id.ts'
import type { Clock } from '../../plugin/services.ts'
import type { Tracing } from '../../telemetry/tracing.ts'
import type { EventAppender, PendingEvent } from '../appender.ts'
import type { EventSettings } from '../settings.ts'
import type { DedupeKey, LogStore, WebhookRow } from '../store/log-store.ts'
import { FairQueue } from './fair-queue.ts'

export interface IngestItem {
  readonly tenantId: string
  readonly source: string
  readonly event: NewEvent
  /** Within which `dedupeKey` is unique: a connection's id. */
  readonly dedupeScope: string
  readonly dedupeKey: string
}

/** What one call from outside brought. */
export interface IngestBatch {
  /** The raw call, kept for a limited time. */
  readonly webhook?: {
    readonly adapter: string
    readonly endpointId: string
    readonly tenantId: string | null
    readonly body: Buffer
    /** Without credentials and signatures. */
    readonly headers: Readonly<Record<string, unknown>>
    readonly receivedAt: Date
    readonly outcome?: string
  }
  readonly items: readonly IngestItem[]
}

export type IngestResult = 'stored' | 'duplicate'

export interface IngestParts {
  readonly store: LogStore
  readonly appender: EventAppender
  readonly clock: Clock
  readonly settings: EventSettings['ingest']
  readonly tracing: Tracing
}

interface Waiting {
  readonly keys: readonly DedupeKey[]
  readonly events: readonly PendingEvent[]
  readonly webhook: Omit<WebhookRow, 'first' | 'last'> | undefined
  /** Where the call stands in its trace: a flush serves many. */
  readonly traceparent: string | undefined
  readonly resolve: (results: IngestResult[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit for what comes from outside. One flush is in flight; whatever arrives meanwhile waits in a bounded queue
 * and goes with the next one. A flush is one statement and one commit for many calls and tenants.
 *
 * A flush that the database refuses is repeated call by call, so that one call's unstorable event is refused alone.
 */
export class Ingester {
  readonly #parts: IngestParts
  readonly #queue: FairQueue<Waiting>
  #running: Promise<void> | undefined

  constructor(parts: IngestParts) {
    this.#parts = parts
    this.#queue = new FairQueue(parts.settings.queue, parts.settings.queuePerTenant)
  }

  /**
   * Resolves after COMMIT with one answer per item, in order.
   *
   * @throws ParleyError `event.invalid` before anything is stored; UnavailableError `ingest.full`, `ingest.tenant-full`,
   * `database.unavailable`: nothing is known to be stored, and a repeat is a duplicate if it was
   */
  async ingest(batch: IngestBatch): Promise<IngestResult[]> {
    const { promise, resolve, reject } = Promise.withResolvers<IngestResult[]>()
    const waiting = this.#prepare(batch, resolve, reject)
    if (waiting.events.length === 0 && waiting.webhook === undefined) return []
    const owner = batch.items[0]?.tenantId ?? batch.webhook?.tenantId ?? ''
    const refused = this.#queue.push(owner, waiting, Math.max(waiting.events.length, 1))
    if (refused !== undefined) throw this.#refusal(refused === 'full' ? 'ingest.full' : 'ingest.tenant-full')
    this.#running ??= this.#flushAll()
    return promise
  }

  /** Waits for what is queued. */
  async drain(): Promise<void> {
    await this.#running
  }

  #prepare(batch: IngestBatch, resolve: Waiting['resolve'], reject: Waiting['reject']): Waiting {
    const { appender } = this.#parts
    const correlationId = newId()
    const events = batch.items.map((item) =>
      appender.prepare(item.tenantId, item.event, { source: item.source, correlationId }),
    )
    const keys = batch.items.map((item) => ({
      tenantId: item.tenantId,
      scope: item.dedupeScope,
      key: item.dedupeKey,
    }))
    const webhook = batch.webhook && { id: correlationId, outcome: '', ...batch.webhook }
    return { keys, events, webhook, traceparent: this.#parts.tracing.current(), resolve, reject }
  }

  #refusal(code: string): UnavailableError {
    const { retryAfterSeconds } = this.#parts.settings
    return new UnavailableError(code, 'More events arrive than can be stored right now.', { retryAfterSeconds })
  }

  /** One microtask late, so that calls made in the same turn share a flush. */
  async #flushAll(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.weight > 0) {
      const calls = this.#queue.take(this.#parts.settings.batch)
      const failed = await this.#flush(calls)
      if (failed === undefined) continue
      if (failed instanceof UnavailableError || calls.length === 1) {
        for (const call of calls) call.reject(failed)
        continue
      }
      for (const call of calls) {
        const alone = await this.#flush([call])
        if (alone !== undefined) call.reject(alone)
      }
    }
    this.#running = undefined
  }

  /** Stores the calls and answers them; returns the error, having answered nobody, when that failed. */
  async #flush(calls: readonly Waiting[]): Promise<unknown> {
    const { store, appender, clock, tracing } = this.#parts
    const events = calls.flatMap((call) => call.events)
    const keys = calls.flatMap((call) => call.keys)
    let fresh: ReadonlySet<number>
    try {
      const ingest = () => store.ingest(keys, events, webhookRows(calls), clock.now())
      fresh = new Set(await tracing.flush(calls, ingest))
    } catch (error) {
      return asUnavailable(error)
    }
    let ordinal = 0
    for (const call of calls) call.resolve(call.events.map(() => (fresh.has(++ordinal) ? 'stored' : 'duplicate')))
    if (fresh.size > 0) appender.committed([...new Set(events.map((event) => event.topic))])
    return undefined
  }
}

function webhookRows(calls: readonly Waiting[]): WebhookRow[] {
  const rows: WebhookRow[] = []
  let first = 1
  for (const { webhook, events } of calls) {
    if (webhook !== undefined) rows.push({ ...webhook, first, last: first + events.length - 1 })
    first += events.length
  }
  return rows
}
