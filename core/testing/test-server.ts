import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../data/embedded/index.ts'
import { hasLiveOwner } from '../data/embedded/ownership.ts'
import { bringDown } from '../data/embedded/postmaster.ts'
import { readPostmasterFile } from '../data/embedded/postmaster-file.ts'
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

  async stop(): Promise<void> {
    const running = await this.#running
    this.#running = undefined
    this.#templates.clear()
    await running?.stop()
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  async #start(): Promise<EmbeddedPostgres> {
    await sweepAbandoned()
    this.#folder = await mkdtemp(join(tmpdir(), prefix))
    // Run as root, the server steps down to another user, who must get through to its own, closed, directory.
    await chmod(this.#folder, 0o755)
    const server = await startEmbeddedPostgres({
      dataDir: join(this.#folder, 'data'),
      log: silentLogger,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    })
    // A run without the root hooks of test/setup.ts (a partner's) still leaves no server behind.
    process.once('exit', () => stopNow(server.pid))
    return server
  }
}

const prefix = 'parley-test-'

function stopNow(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Servers of test runs that were killed: their owner is gone, so nobody else will end them. */
async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const folder = join(tmpdir(), name)
    const dataDir = join(folder, 'data')
    try {
      const server = await readPostmasterFile(dataDir)
      if (server === undefined || (await hasLiveOwner(dataDir))) continue
      await bringDown(dataDir, server.pid, 'immediate', 10_000)
      await rm(folder, { recursive: true, force: true })
    } catch (error) {
      // Another user's run, or one that is being swept by somebody else right now.
      if (!(error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'ENOENT'].includes(String(error.code))))
        throw error
    }
  }
}

/**
 * The process's server. Module state, and the only such place: mocha's root hooks and the suites have nothing else in
 * common that could carry it.
 */
export const testServer = new TestServer(process.env.PARLEY_TEST_DATABASE_URL)
