import { hash } from 'node:crypto'
import type { Knex } from 'knex'
import type { LogRange } from '../../contracts/ports/event-transport.ts'
import type { Position } from '../../plugin/event.ts'
import type { PendingEvent } from '../appender.ts'
import type { LogRow } from '../log-row.ts'

/** What a new event is deduplicated by. */
export interface DedupeKey {
  readonly tenantId: string
  readonly scope: string
  readonly key: string
}

/** A raw webhook call; `first` and `last` are the ordinals (from 1) of its items within the flush, `last < first` for none. */
export interface WebhookRow {
  readonly id: string
  readonly tenantId: string | null
  readonly adapter: string
  readonly endpointId: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, unknown>>
  readonly receivedAt: Date
  readonly outcome: string
  readonly first: number
  readonly last: number
}

/** How far each topic has come and how often each group was reset (sums over partitions), and groups with a lane that is due. */
export interface Watch {
  readonly topics: Readonly<Record<string, string>>
  readonly resets: Readonly<Record<string, string>>
  readonly due: readonly string[]
}

export interface TenantShare {
  readonly topic: string
  readonly part: number
  readonly tenantId: string
  readonly events: number
  readonly first: bigint
  readonly last: bigint
}

const APPEND = call('parley.log_append', 11)
const INGEST = `${call('parley.log_ingest', 24)} as fresh`

/** The engine's functions over the log itself. Every method is one round trip. */
export class LogStore {
  readonly #knex: Knex
  readonly #partitions: number

  constructor(knex: Knex, partitions: number) {
    this.#knex = knex
    this.#partitions = partitions
  }

  async ensureTopics(topics: readonly string[]): Promise<void> {
    if (topics.length > 0) await this.#knex.raw('select parley.topics_ensure(?, ?)', [[...topics], this.#partitions])
  }

  async append(trx: Knex, events: readonly PendingEvent[]): Promise<void> {
    await trx.raw(APPEND, [topicsOf(events), this.#partitions, ...columnsOf(events)])
  }

  /** One flush, committed when it resolves. @returns the ordinals (from 1) of the events that are new */
  async ingest(
    keys: readonly DedupeKey[],
    events: readonly PendingEvent[],
    webhooks: readonly WebhookRow[],
    now: Date,
  ): Promise<readonly number[]> {
    const { rows } = await this.#knex.raw<{ rows: { fresh: number[] }[] }>(INGEST, [
      topicsOf(events),
      this.#partitions,
      ...columnsOf(events),
      keys.map(({ scope }) => scope),
      // Vendors' ids of messages have phone numbers in them, and the keys are kept longer than the messages may be.
      keys.map(({ key }) => hash('sha256', key, 'base64url')),
      ...webhookColumns(webhooks),
      now,
    ])
    return rows[0]?.fresh ?? []
  }

  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRow[]> {
    const wanted = JSON.stringify(ranges.map((range) => ({ t: range.topic, p: range.part, o: Number(range.from) })))
    const { rows } = await this.#knex.raw<{ rows: LogRow[] }>('select * from parley.log_read(?, ?)', [wanted, limit])
    return rows
  }

  async at(positions: readonly Position[]): Promise<readonly LogRow[]> {
    const { rows } = await this.#knex.raw<{ rows: LogRow[] }>('select * from parley.log_at(?)', [
      JSON.stringify(positions.map((position) => ({ t: position.topic, p: position.part, o: Number(position.off) }))),
    ])
    return rows
  }

  async heads(topics: readonly string[]): Promise<readonly LogRange[]> {
    const { rows } = await this.#knex.raw<{ rows: { topic: string; part: number; next: string }[] }>(
      'select * from parley.log_heads(?)',
      [[...topics]],
    )
    return rows.map((row) => ({ topic: row.topic, part: row.part, from: BigInt(row.next) }))
  }

  async watch(topics: readonly string[], groups: readonly string[], now: Date): Promise<Watch> {
    const { rows } = await this.#knex.raw<{ rows: { seen: Watch }[] }>('select parley.log_watch(?, ?, ?) as seen', [
      [...topics],
      [...groups],
      now,
    ])
    return rows[0]?.seen ?? { topics: {}, resets: {}, due: [] }
  }

  /** Who has events within the next `span` offsets of each range. */
  async tenants(ranges: readonly LogRange[], span: number): Promise<readonly TenantShare[]> {
    const wanted = JSON.stringify(ranges.map((range) => ({ t: range.topic, p: range.part, o: Number(range.from) })))
    const { rows } = await this.#knex.raw<{ rows: Record<string, string>[] }>(
      'select * from parley.log_tenants(?, ?)',
      [wanted, span],
    )
    return rows.map((row) => ({
      topic: String(row.topic),
      part: Number(row.part),
      tenantId: String(row.tenant_id),
      events: Number(row.events),
      first: BigInt(row.first ?? 0),
      last: BigInt(row.last ?? 0),
    }))
  }
}

function topicsOf(events: readonly PendingEvent[]): string[] {
  return [...new Set(events.map((event) => event.topic))]
}

/** As `parley.log_append` takes them: a column each. */
function columnsOf(events: readonly PendingEvent[]): (string[] | number[] | string)[] {
  return [
    events.map(({ topic }) => topic),
    events.map(({ hash }) => hash),
    events.map(({ id }) => id),
    events.map(({ tenantId }) => tenantId),
    events.map(({ key }) => key),
    events.map(({ type }) => type),
    events.map(({ time }) => time),
    jsonArray(events.map(({ headers }) => headers)),
    jsonArray(events.map(({ data }) => data)),
  ]
}

function webhookColumns(webhooks: readonly WebhookRow[]): (string[] | number[] | string)[] {
  return [
    webhooks.map(({ id }) => id),
    webhooks.map(({ tenantId }) => tenantId ?? ''),
    webhooks.map(({ adapter }) => adapter),
    webhooks.map(({ endpointId }) => endpointId),
    webhooks.map(({ body }) => body.toString('base64')),
    jsonArray(webhooks.map(({ headers }) => JSON.stringify(headers))),
    webhooks.map(({ receivedAt }) => receivedAt.toISOString()),
    webhooks.map(({ outcome }) => outcome),
    webhooks.map(({ first }) => first),
    webhooks.map(({ last }) => last),
  ]
}

function jsonArray(texts: readonly string[]): string {
  return `[${texts.join(',')}]`
}

function call(name: string, args: number): string {
  return `select ${name}(${Array(args).fill('?').join(', ')})`
}
