import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../data/embedded/index.ts'
import { bringDown } from '../data/embedded/postmaster.ts'
import { isAlive, readPostmasterFile } from '../data/embedded/postmaster-file.ts'
import { withConnection } from '../data/one-connection.ts'
import { silentLogger } from './silent-logger.ts'

/**
 * One database server for all tests of a process, started by the first that needs it, in a folder of its own, so that
 * test runs side by side never meet. Data here need not survive a power cut: fsync is off.
 */
export class TestServer {
  readonly #external: string | undefined
  readonly #templates = new Map<string, Promise<string>>()
  #running: Promise<EmbeddedPostgres> | undefined
  #folder: string | undefined

  /** @param external URL of a superuser of a server to use instead: PARLEY_TEST_DATABASE_URL */
  constructor(external: string | undefined) {
    this.#external = external
  }

  /** URL of a superuser. */
  async adminUrl(): Promise<string> {
    if (this.#external !== undefined) return this.#external
    this.#running ??= this.#start()
    return (await this.#running).adminUrl
  }

  /** The name that `make` gave to the template called `key`; it runs once. */
  template(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.#templates.get(key) ?? make()
    this.#templates.set(key, known)
    return known
  }

  /** Stops the server; on somebody else's server, drops the templates. */
  async stop(): Promise<void> {
    const templates = await Promise.allSettled(this.#templates.values())
    this.#templates.clear()
    if (this.#external !== undefined) {
      for (const made of templates) if (made.status === 'fulfilled') await this.#drop(this.#external, made.value)
      return
    }
    const running = await this.#running
    this.#running = undefined
    await running?.stop()
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  async #drop(url: string, database: string): Promise<void> {
    await withConnection(url, 'parley-test', (client) =>
      client.query(`drop database if exists ${client.escapeIdentifier(database)} with (force)`),
    )
  }

  async #start(): Promise<EmbeddedPostgres> {
    await sweepAbandoned()
    this.#folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
    // Run as root, the server steps down to another user, who must get through to its own, closed, directory.
    await chmod(this.#folder, 0o755)
    const server = await startEmbeddedPostgres({
      dataDir: join(this.#folder, 'data'),
      log: silentLogger,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    })
    // A run without the root hooks of test/setup.ts (a partner's) still leaves no server behind.
    process.once('exit', () => {
      if (this.#running !== undefined) stopNow(server.pid)
    })
    return server
  }
}

/** Followed by the pid of the run that the folder belongs to. */
const prefix = 'parley-test-'

function stopNow(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    if (!isCode(error, 'ESRCH')) throw error
  }
}

/** Servers and folders of test runs that were killed: nobody else will end them. */
async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^parley-test-(\d+)-/.exec(name)?.[1])
    if (!(pid > 0) || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    try {
      const server = await readPostmasterFile(join(folder, 'data'))
      if (server !== undefined) await bringDown(join(folder, 'data'), server.pid, 'immediate', 10_000)
      await rm(folder, { recursive: true, force: true })
    } catch (error) {
      // Another user's run, or one that somebody else is sweeping right now.
      if (!isCode(error, 'EACCES', 'EPERM', 'ENOENT', 'ENOTEMPTY')) throw error
    }
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/**
 * The process's server. Module state, and the only such place: mocha's root hooks and the suites have nothing else in
 * common that could carry it.
 */
export const testServer = new TestServer(process.env.PARLEY_TEST_DATABASE_URL)
