import pg from 'pg'
import type { Logger } from '../../plugin/services.ts'
import { withConnection } from '../one-connection.ts'
import { asUnavailable } from '../unavailable.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster, ownerOf, placeFor, readPassword, superuser } from './data-directory.ts'
import { chooseUser } from './operating-user.ts'
import { claimOwnership, releaseOwnership } from './ownership.ts'
import { bringDown, bringUp } from './postmaster.ts'
import { defaultServerSettings, type ServerSettings } from './server-settings.ts'

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly log: Logger
  /** Added to {@link defaultServerSettings}: tests turn `fsync` off. */
  readonly settings?: ServerSettings
  /** Database to make and to name in `adminUrl`. */
  readonly database?: string
  readonly startDeadlineMs?: number
  readonly stopDeadlineMs?: number
}

export interface EmbeddedPostgres {
  /** `postgres://` URL of the superuser, on 127.0.0.1. Holds a password: never log it. */
  readonly adminUrl: string
  /** Of the server process. */
  readonly pid: number
  /** The directory in use; another than asked for when that was out of the database user's reach. */
  readonly dataDir: string
  /** True when a server was found running: left by a killed process, or shared with another process of Parley. */
  readonly adopted: boolean
  /** Fast shutdown, if it is this process's to stop; otherwise the server goes on for the one that started it. */
  stop(): Promise<void>
}

/**
 * The default database: a real Postgres server from an npm package, its data in one folder, as a child of this process.
 * Two processes on one folder share one server. A server that outlived a killed parent is adopted.
 *
 * @throws ParleyError `postgres.binaries`, `postgres.user`, `postgres.data-dir`, `postgres.initdb`, `postgres.start`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, database = 'parley', startDeadlineMs = 60_000, stopDeadlineMs = 30_000 } = options
  const user = await chooseUser(await ownerOf(options.dataDir))
  const dataDir = await placeFor(user, options.dataDir, log)
  const binaries = await findBinaries(user)
  const began = performance.now()
  const cluster = await ensureCluster(dataDir, binaries, user)
  const settings = { ...defaultServerSettings, ...options.settings }
  const password = await readPassword(dataDir)
  const urlAt = (port: number) => `postgres://${superuser}:${password}@127.0.0.1:${port}`
  const server = await bringUp({
    dataDir,
    executable: binaries.postgres,
    user,
    settings,
    answers: (port) => tryEnsureDatabase(`${urlAt(port)}/postgres`, database),
    deadlineMs: startDeadlineMs,
  })
  const owner = await claimOwnership(dataDir, server.started)
  const milliseconds = Math.round(performance.now() - began)
  log.info(
    { pid: server.pid, port: server.port, cluster, adopted: !server.started, milliseconds },
    'embedded Postgres ready',
  )
  return {
    adminUrl: `${urlAt(server.port)}/${database}`,
    pid: server.pid,
    dataDir,
    adopted: !server.started,
    async stop() {
      if (!owner) return
      await bringDown(dataDir, server.pid, 'fast', stopDeadlineMs)
      await releaseOwnership(dataDir)
    },
  }
}

/** False while the server cannot be reached. */
async function tryEnsureDatabase(url: string, name: string): Promise<boolean> {
  try {
    await ensureDatabase(url, name)
    return true
  } catch (error) {
    if (asUnavailable(error) === error) throw error
    return false
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  await withConnection(url, 'parley-start', async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    try {
      await client.query(`create database ${client.escapeIdentifier(name)}`)
    } catch (error) {
      // Another process on the same folder made it in the meantime: duplicate_database, or the index behind it.
      if (!(error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505'))) throw error
    }
  })
}
