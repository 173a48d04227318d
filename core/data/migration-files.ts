import { readdir } from 'node:fs/promises'
import type { Knex } from 'knex'
import { ParleyError } from '../plugin/errors.ts'

/** A file of a migrations folder; `name` has no extension, so that a package built to JavaScript goes on where its TypeScript was. */
interface MigrationFile {
  readonly name: string
  readonly url: URL
}

interface MigrationModule {
  up(knex: Knex): Promise<void>
  down(knex: Knex): Promise<void>
}

const pattern = /^(\d{4}-[a-z0-9-]+)\.(ts|js|mjs)$/

/** knex's migration source over a folder of `NNNN-name.ts` or `.js` modules that export `up(knex)` and `down(knex)`. */
export class MigrationFiles {
  readonly #directory: URL

  /** @param directory file URL, with or without a slash at its end */
  constructor(directory: URL) {
    this.#directory = directory.href.endsWith('/') ? directory : new URL(`${directory.href}/`)
  }

  async getMigrations(): Promise<MigrationFile[]> {
    const files: MigrationFile[] = []
    for (const entry of (await readdir(this.#directory)).sort()) {
      if (entry.endsWith('.d.ts') || !/\.(ts|js|mjs)$/.test(entry)) continue
      const name = pattern.exec(entry)?.[1]
      if (name === undefined) throw badName(this.#directory, entry)
      files.push({ name, url: new URL(entry, this.#directory) })
    }
    return files
  }

  getMigrationName(file: MigrationFile): string {
    return file.name
  }

  async getMigration(file: MigrationFile): Promise<MigrationModule> {
    const module: Partial<MigrationModule> = await import(file.url.href)
    if (typeof module.up === 'function' && typeof module.down === 'function') return module as MigrationModule
    throw new ParleyError('migration.shape', `${file.url.pathname} must export the functions up(knex) and down(knex).`)
  }
}

function badName(directory: URL, entry: string): ParleyError {
  return new ParleyError(
    'migration.name',
    `${directory.pathname} holds ${entry}; a migration is named 0001-what-it-does.ts.`,
  )
}
