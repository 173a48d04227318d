import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Knex } from 'knex'
import type { KernelSettings } from '../config/settings.ts'
import {
  databaseSettings,
  kernelMigrations,
  type MigrationReport,
  type MigrationSource,
  migrate,
  openPool,
  prepareRoles,
  startEmbeddedPostgres,
} from '../data/index.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'
import { sourcesBehind } from './schema-check.ts'

/** The database as this process uses it. */
export interface Storage {
  /** The owner's URL; for migrating only. Holds a password. */
  readonly adminUrl: string
  /** The application's URL: cannot step over row-level security. */
  readonly appUrl: string
  readonly knex: Knex
  /**
   * The same database over connections of their own, for what caches read. Work that holds a connection asks them, and would
   * wait for ever for a second one of a pool that others like it have emptied.
   */
  readonly lookups: Knex
  /** True when the server runs inside `home`, for this installation alone. */
  readonly embedded: boolean
  /** Tables, and whatever else must be there before events flow, are made at start; not by "parley migrate" alone. */
  readonly mayMigrate: boolean
  /** Times the embedded server was started again; `undefined` when it is not ours. */
  restarts(): number | undefined
  /** Brings plugins' tables up to date, or finds out who is behind where migrating is a step of its own. By source id: why not. */
  prepare(sources: readonly MigrationSource[]): Promise<ReadonlyMap<string, string>>
  /** Closes the pool, then the embedded server. */
  close(): Promise<void>
}

/**
 * Finds or starts the database, makes the roles, brings the kernel's tables up to date (where it may), opens the pool.
 * Throws `database.behind` when migrating is a step of its own and was not done, and UnavailableError.
 */
export async function openStorage(settings: KernelSettings, log: Logger): Promise<Storage> {
  const server = await databaseServer(settings, log)
  try {
    const mayMigrate = server.embedded || settings.migrateOnStart
    const { appUrl } = await prepareRoles(server.adminUrl)
    await prepareKernel(server.adminUrl, mayMigrate, log)
    const limits = databaseSettings(settings.data)
    const open = (max: number) => openPool({ url: appUrl, applicationName: 'parley', max, settings: limits })
    const [knex, lookups] = [open(limits.pool), open(limits.lookups)]
    return {
      adminUrl: server.adminUrl,
      appUrl,
      knex,
      lookups,
      embedded: server.embedded,
      mayMigrate,
      restarts: server.restarts,
      prepare: (sources) => preparePlugins(server.adminUrl, sources, mayMigrate, log),
      close: async () => {
        await Promise.all([knex.destroy(), lookups.destroy()])
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

export interface DatabaseServer {
  readonly adminUrl: string
  readonly embedded: boolean
  restarts(): number | undefined
  stop(): Promise<void>
}

/** The configured server, or the embedded one, started or adopted. */
export async function databaseServer(settings: KernelSettings, log: Logger): Promise<DatabaseServer> {
  if (settings.databaseUrl !== undefined) {
    return { adminUrl: settings.databaseUrl, embedded: false, restarts: () => undefined, stop: async () => {} }
  }
  mkdirSync(settings.home, { recursive: true })
  const dataDir = join(settings.home, 'postgres')
  const limits = databaseSettings(settings.data).embedded
  const server = await startEmbeddedPostgres({ dataDir, log, limits })
  return { adminUrl: server.adminUrl, embedded: true, restarts: () => server.restarts, stop: () => server.stop() }
}

async function prepareKernel(adminUrl: string, mayMigrate: boolean, log: Logger): Promise<void> {
  if (mayMigrate) {
    const report = await migrate({ adminUrl, sources: [], log })
    const [kernel] = report.sources
    if (kernel?.failure !== undefined) {
      throw new ParleyError('database.not-migrated', `the kernel's tables cannot be made: ${kernel.failure.reason}`, {
        cause: kernel.failure.error,
      })
    }
    return
  }
  const behind = await sourcesBehind(adminUrl, [kernelMigrations])
  const why = behind.get(kernelMigrations.id)
  if (why !== undefined) {
    throw new ParleyError('database.behind', `${why}; run "parley migrate" first, or set MIGRATE_ON_START=true`)
  }
}

async function preparePlugins(
  adminUrl: string,
  sources: readonly MigrationSource[],
  mayMigrate: boolean,
  log: Logger,
): Promise<ReadonlyMap<string, string>> {
  if (sources.length === 0) return new Map()
  if (!mayMigrate) return sourcesBehind(adminUrl, sources)
  return failuresOf(await migrate({ adminUrl, sources, log }))
}

function failuresOf(report: MigrationReport): ReadonlyMap<string, string> {
  return new Map(
    report.sources.flatMap(({ id, failure }) =>
      failure ? [[id, `its migrations fail: ${failure.reason}`] as const] : [],
    ),
  )
}
