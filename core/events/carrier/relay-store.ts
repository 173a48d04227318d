import type { Knex } from 'knex'
import type { CarrierTopic } from '../../contracts/ports/event-carrier.ts'
import type { LogRange } from '../../contracts/ports/event-transport.ts'
import type { LogRow } from '../log-row.ts'

/** The group whose cursors say what the broker has. */
export const relayGroup = 'carrier.relay'

/** What the relay needs of the database beyond the cursors. */
export class RelayStore {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** As `LogStore.read`, but `data` is JSON text: what is only passed on need not be parsed. */
  async read(ranges: readonly LogRange[], limit: number): Promise<readonly LogRow[]> {
    const wanted = JSON.stringify(ranges.map((range) => ({ t: range.topic, p: range.part, o: Number(range.from) })))
    const { rows } = await this.#knex.raw<{ rows: LogRow[] }>(
      `select topic, part, off, id, tenant_id, key, type, data::text as data, headers from parley.log_read(?, ?)`,
      [wanted, limit],
    )
    return rows
  }

  /** What tells this database's log from all others: a copy of a database is another log, as its offsets go their own way. */
  async logId(): Promise<string> {
    const { rows } = await this.#knex.raw<{ rows: { id: string }[] }>('select parley.log_id() as id')
    return rows[0]?.id ?? ''
  }

  /** The topics that are there, of those named. */
  async topics(names: readonly string[]): Promise<readonly CarrierTopic[]> {
    const { rows } = await this.#knex.raw<{ rows: CarrierTopic[] }>(
      'select topic, count(*)::integer as partitions from parley.log_heads(?) group by topic',
      [[...names]],
    )
    return rows
  }

  /** What the broker has not got yet, by partition; those that it has all of are absent. */
  async behind(): Promise<readonly { readonly topic: string; readonly part: number; readonly events: number }[]> {
    const { rows } = await this.#knex.raw<{ rows: { topic: string; part: number; events: string }[] }>(
      'select * from parley.group_behind(?)',
      [relayGroup],
    )
    return rows.map((row) => ({ ...row, events: Number(row.events) }))
  }
}
