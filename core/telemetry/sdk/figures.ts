import { setTimeout as pause } from 'node:timers/promises'
import type { GroupLag } from '../../events/engine-options.ts'
import type { TelemetrySettings } from '../settings.ts'
import type { FigureSources } from '../sources.ts'

/** What only the database knows. */
export interface Figures {
  readonly groups: readonly GroupLag[]
  readonly logBytes: number
}

const LOG_BYTES = `
  select coalesce(sum(pg_total_relation_size(relid)), 0)::float8 as bytes from pg_partition_tree('parley.log')`

/**
 * One look for all figures, shared by whoever asks within `figuresMs`: scraping often costs the database nothing more. Nobody
 * waits longer than `figuresTimeoutMs` for it, as the other metrics are needed most while the database is in trouble; and there is
 * one look at a time, however long it takes.
 */
export class FigureCache {
  readonly #sources: Pick<FigureSources, 'knex' | 'lag'>
  readonly #settings: Pick<TelemetrySettings, 'figuresMs' | 'figuresTimeoutMs'>
  #looked: { readonly at: number; readonly figures: Promise<Figures | undefined> } | undefined
  #isLooking = false

  constructor(
    sources: Pick<FigureSources, 'knex' | 'lag'>,
    settings: Pick<TelemetrySettings, 'figuresMs' | 'figuresTimeoutMs'>,
  ) {
    this.#sources = sources
    this.#settings = settings
  }

  /** `undefined` while the database does not answer. */
  async get(): Promise<Figures | undefined> {
    const now = performance.now()
    const isOld = this.#looked === undefined || now - this.#looked.at >= this.#settings.figuresMs
    if (isOld && !this.#isLooking) this.#looked = { at: now, figures: this.#look() }
    const patience = new AbortController()
    const { signal } = patience
    const late = pause(this.#settings.figuresTimeoutMs, undefined, { ref: false, signal }).catch(() => undefined)
    try {
      return await Promise.race([this.#looked?.figures, late])
    } finally {
      patience.abort()
    }
  }

  async #look(): Promise<Figures | undefined> {
    const { knex, lag } = this.#sources
    this.#isLooking = true
    try {
      const [groups, { rows }] = await Promise.all([lag(), knex.raw<{ rows: { bytes: number }[] }>(LOG_BYTES)])
      return { groups, logBytes: rows[0]?.bytes ?? 0 }
    } catch {
      // The gauge `parley.figures.up` says so; why is told by everybody else who needs the database.
      return undefined
    } finally {
      this.#isLooking = false
    }
  }
}
