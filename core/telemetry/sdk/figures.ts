import type { GroupLag } from '../../events/engine-options.ts'
import type { FigureSources } from '../sources.ts'

/** What only the database knows. */
export interface Figures {
  readonly groups: readonly GroupLag[]
  readonly logBytes: number
}

const LOG_BYTES = `
  select coalesce(sum(pg_total_relation_size(relid)), 0)::float8 as bytes from pg_partition_tree('parley.log')`

/** One look for all figures, shared by whoever asks within `maxAgeMs`: scraping often costs the database nothing more. */
export class FigureCache {
  readonly #sources: Pick<FigureSources, 'knex' | 'lag'>
  readonly #maxAgeMs: number
  #looked: { readonly at: number; readonly figures: Promise<Figures | undefined> } | undefined

  constructor(sources: Pick<FigureSources, 'knex' | 'lag'>, maxAgeMs: number) {
    this.#sources = sources
    this.#maxAgeMs = maxAgeMs
  }

  /** `undefined` while the database cannot be asked. */
  get(): Promise<Figures | undefined> {
    const now = performance.now()
    if (this.#looked === undefined || now - this.#looked.at >= this.#maxAgeMs) {
      this.#looked = { at: now, figures: this.#look() }
    }
    return this.#looked.figures
  }

  async #look(): Promise<Figures | undefined> {
    const { knex, lag } = this.#sources
    try {
      const [groups, { rows }] = await Promise.all([lag(), knex.raw<{ rows: { bytes: number }[] }>(LOG_BYTES)])
      return { groups, logBytes: rows[0]?.bytes ?? 0 }
    } catch {
      // The gauge `parley.figures.up` says so; why is told by everybody else who needs the database.
      return undefined
    }
  }
}
