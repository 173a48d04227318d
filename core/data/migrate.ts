import createKnex, { type Knex } from 'knex'
import { migrateJobs } from '../jobs/job-schema.ts'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'
import { MigrationFiles } from './migration-files.ts'
import { silent } from './pool.ts'
import { prepareRoles, setUpLock } from './prepare-roles.ts'
import { schemaOf } from './qualified-name.ts'
import { asUnavailable } from './unavailable.ts'

/** A plugin's migrations. Its tables live in the schema of its id, and so does its history: `<schema>.migrations`. */
export interface MigrationSource {
  /** Plugin id; `parley` is the kernel. */
  readonly id: string
  readonly directory: URL
}

export interface MigrateOptions {
  /** URL of the owner: of the embedded superuser, or DATABASE_URL. */
  readonly adminUrl: string
  /** The kernel's, if not named, come first; the others in the given order. */
  readonly sources: readonly MigrationSource[]
  readonly log: Logger
  /** Milliseconds a migration may wait for a table that others use. */
  readonly lockTimeoutMs?: number
}

export interface MigrationReport {
  readonly ok: boolean
  readonly sources: readonly SourceReport[]
}

export interface SourceReport {
  readonly id: string
  /** Names of the migrations that ran now, in order. */
  readonly ran: readonly string[]
  /** Why this source stands where it stood before; the whole source is one transaction. */
  readonly failure?: { readonly reason: string; readonly error: unknown }
}

/** The kernel's own tables. */
export const kernelMigrations: MigrationSource = {
  id: 'parley',
  directory: new URL('../../migrations/', import.meta.url),
}

/**
 * Brings every source to its newest state. Each source is one transaction under an advisory lock, so of two processes
 * one works and the other finds it done, and a crash leaves nothing half made. A source that fails is reported and the
 * others go on; when the kernel's fails, the others are not tried. A plugin that is gone keeps its tables and its history.
 *
 * @throws UnavailableError when the database cannot be reached; ParleyError `database.roles`
 */
export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  await prepareRoles(options.adminUrl)
  return overSources(options, withKernelFirst(options.sources), 'latest', migrateJobs)
}

/**
 * Takes every given source down to nothing, in reverse order: for tests, and for purging a removed plugin's data. The
 * kernel's tables go only when `parley` is among the sources.
 */
export async function rollback(options: MigrateOptions): Promise<MigrationReport> {
  return overSources(options, [...options.sources].reverse(), 'rollback')
}

function withKernelFirst(sources: readonly MigrationSource[]): readonly MigrationSource[] {
  const kernel = sources.find((source) => source.id === kernelMigrations.id) ?? kernelMigrations
  return [kernel, ...sources.filter((source) => source.id !== kernelMigrations.id)]
}

type Direction = 'latest' | 'rollback'

async function overSources(
  options: MigrateOptions,
  sources: readonly MigrationSource[],
  direction: Direction,
  afterKernel?: (adminUrl: string) => Promise<void>,
): Promise<MigrationReport> {
  const knex = createKnex({
    client: 'pg',
    connection: { connectionString: options.adminUrl, application_name: 'parley-migrate' },
    pool: { min: 0, max: 1 },
    compileSqlOnError: false,
    log: silent,
  })
  try {
    const reports: SourceReport[] = []
    for (const source of sources) {
      const report = await runSource(knex, source, direction, options)
      reports.push(report)
      if (source.id !== kernelMigrations.id) continue
      if (report.failure !== undefined && direction === 'latest') break
      await afterKernel?.(options.adminUrl)
    }
    return { ok: reports.every((report) => report.failure === undefined), sources: reports }
  } finally {
    await knex.destroy()
  }
}

async function runSource(
  knex: Knex,
  source: MigrationSource,
  direction: Direction,
  { log, lockTimeoutMs = 10_000 }: MigrateOptions,
): Promise<SourceReport> {
  try {
    const ran = await knex.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [setUpLock])
      await trx.raw(`set local lock_timeout = ${Math.round(lockTimeoutMs)}`)
      return direction === 'latest' ? latest(trx, source) : empty(trx, source)
    })
    if (ran.length > 0) log.info({ source: source.id, direction, migrations: ran }, 'migrated')
    return { id: source.id, ran }
  } catch (error) {
    const outage = asUnavailable(error)
    if (outage !== error) throw outage
    log.error({ source: source.id, direction, reason: reasonOf(error) }, 'migration failed; nothing of it was kept')
    return { id: source.id, ran: [], failure: { reason: reasonOf(error), error } }
  }
}

async function latest(trx: Knex.Transaction, source: MigrationSource): Promise<readonly string[]> {
  await trx.raw('create schema if not exists ??', [schemaOf(source.id)])
  const [, ran] = await trx.migrate.latest(configFor(source))
  return ran
}

async function empty(trx: Knex.Transaction, source: MigrationSource): Promise<readonly string[]> {
  const schema = schemaOf(source.id)
  if (!(await trx.schema.withSchema(schema).hasTable('migrations'))) return []
  const [, ran] = await trx.migrate.rollback(configFor(source), true)
  await trx.schema.withSchema(schema).dropTable('migrations').dropTable('migrations_lock')
  await dropSchema(trx, schema)
  return ran
}

/** Without CASCADE: a table that a `down` forgot is an error, not a silent loss. */
async function dropSchema(trx: Knex.Transaction, schema: string): Promise<void> {
  try {
    await trx.raw('drop schema ??', [schema])
  } catch (cause) {
    throw new ParleyError('migration.leftovers', `Schema ${schema} is not empty after its migrations went down.`, {
      cause,
    })
  }
}

function configFor(source: MigrationSource): Knex.MigratorConfig {
  return {
    schemaName: schemaOf(source.id),
    tableName: 'migrations',
    migrationSource: new MigrationFiles(source.directory),
  }
}
