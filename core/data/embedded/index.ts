import { realpath } from 'node:fs/promises'
import pg from 'pg'
import type { Logger } from '../../plugin/services.ts'
import { withConnection } from '../one-connection.ts'
import { databaseSettings, type EmbeddedSettings } from '../settings.ts'
import { asUnavailable } from '../unavailable.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster, ownerOf, placeFor, readPassword, superuser } from './data-directory.ts'
import { chooseUser } from './operating-user.ts'
import { Ownership } from './ownership.ts'
import { bringUp } from './postmaster.ts'
import { defaultServerSettings, type ServerSettings } from './server-settings.ts'
import { Supervisor } from './supervisor.ts'

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly log: Logger
  /** Added to {@link defaultServerSettings}: tests turn `fsync` off. */
  readonly settings?: ServerSettings
  /** Database to make and to name in `adminUrl`. */
  readonly database?: string
  readonly limits?: Partial<EmbeddedSettings>
  /** False: a server that dies stays dead until it is started again, as a test of outages wants it. */
  readonly supervise?: boolean
}

export interface EmbeddedPostgres {
  /** `postgres://` URL of the superuser, on 127.0.0.1. Holds a password: never log it. */
  readonly adminUrl: string
  /** Of the server process; another one after a restart. */
  readonly pid: number
  /** The directory in use; another than asked for when that was out of the database user's reach. */
  readonly dataDir: string
  /** True when a server was found running: left by a killed process, or shared with another process of Parley. */
  readonly adopted: boolean
  /** Times that this process has started it again. */
  readonly restarts: number
  /** Fast shutdown, if it is this process's to stop; otherwise the server goes on for its owner. */
  stop(): Promise<void>
}

/**
 * The default database: a real Postgres server from an npm package, its data in one folder, as a child of this process.
 * Two processes on one folder share one server. A server that outlived a killed parent is adopted. One that dies is
 * started again, on the same port.
 *
 * @throws ParleyError `postgres.binaries`, `postgres.user`, `postgres.data-dir`, `postgres.initdb`, `postgres.start`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, database = 'parley' } = options
  const limits = databaseSettings({ embedded: options.limits }).embedded
  const user = await chooseUser(await ownerOf(options.dataDir))
  const place = await placeFor(user, options.dataDir, log)
  const binaries = await findBinaries(user)
  const began = performance.now()
  const cluster = await ensureCluster(place, binaries, user)
  const dataDir = await realpath(place)
  const password = await readPassword(dataDir)
  const urlAt = (port: number) => `postgres://${superuser}:${password}@127.0.0.1:${port}`
  const launch = {
    dataDir,
    executable: binaries.postgres,
    user,
    settings: { ...defaultServerSettings, ...options.settings },
    ownership: new Ownership(dataDir),
    answers: (port: number) => tryEnsureDatabase(`${urlAt(port)}/postgres`, database),
    deadlineMs: limits.startTimeoutMs,
  }
  const server = await bringUp(launch)
  const { pid, port, started } = server
  const milliseconds = Math.round(performance.now() - began)
  log.info({ pid, port, cluster, adopted: !started, milliseconds }, 'embedded Postgres ready')
  const supervisor = new Supervisor({ launch, server, log, limits })
  if (options.supervise !== false) supervisor.start()
  return {
    adminUrl: `${urlAt(port)}/${database}`,
    get pid() {
      return supervisor.pid
    },
    get restarts() {
      return supervisor.restarts
    },
    dataDir,
    adopted: !started,
    stop: () => supervisor.stop(),
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
  const limits = { queryTimeoutMs: databaseSettings().queryTimeoutMs }
  const ensure = async (client: pg.Client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    try {
      await client.query(`create database ${client.escapeIdentifier(name)}`)
    } catch (error) {
      // Another process on the same folder made it in the meantime: duplicate_database, or the index behind it.
      if (!(error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505'))) throw error
    }
  }
  await withConnection(url, 'parley-start', ensure, limits)
}
