import pg from 'pg'
import type { MigrationSource } from '../data/migrate.ts'
import { MigrationFiles } from '../data/migration-files.ts'
import { schemaOf } from '../data/qualified-name.ts'
import { asUnavailable } from '../data/unavailable.ts'
import { reasonOf } from '../plugin/errors.ts'

/** Which sources have migrations that were not run yet, and which. Reads only. */
export async function sourcesBehind(
  adminUrl: string,
  sources: readonly MigrationSource[],
): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'parley-schema-check' })
  try {
    await client.connect()
    const behind = new Map<string, string>()
    for (const source of sources) {
      const done = await migrationsDone(client, schemaOf(source.id))
      const why = await whyBehind(source, done)
      if (why !== undefined) behind.set(source.id, why)
    }
    return behind
  } catch (error) {
    throw asUnavailable(error)
  } finally {
    await client.end()
  }
}

async function whyBehind(source: MigrationSource, done: ReadonlySet<string>): Promise<string | undefined> {
  const files = new MigrationFiles(source.directory)
  try {
    const wanted = (await files.getMigrations()).map((migration) => files.getMigrationName(migration))
    const pending = wanted.filter((name) => !done.has(name))
    return pending.length > 0 ? `its tables are behind: ${pending.join(', ')} did not run` : undefined
  } catch (error) {
    return `its migrations cannot be read: ${reasonOf(error)}`
  }
}

async function migrationsDone(client: pg.Client, schema: string): Promise<ReadonlySet<string>> {
  const history = `${client.escapeIdentifier(schema)}.migrations`
  const { rows: found } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    history,
  ])
  if (found[0]?.there !== true) return new Set()
  const { rows } = await client.query<{ name: string }>(`select name from ${history}`)
  return new Set(rows.map((row) => row.name))
}
