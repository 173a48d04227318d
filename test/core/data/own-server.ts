import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../core/data/embedded/index.ts'
import { bringDown } from '../../../core/data/embedded/postmaster.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

/** A server that a suite may stop, crash and restart without disturbing others. */
export interface OwnServer {
  readonly adminUrl: string
  /** Of the server process that runs, or ran last. */
  readonly pid: number
  /** As a crash would. */
  crash(): Promise<void>
  /** On the same port. */
  restart(): Promise<void>
  remove(): Promise<void>
}

export async function startOwnServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-own-'))
  await chmod(folder, 0o755)
  const dataDir = join(folder, 'data')
  const start = () =>
    startEmbeddedPostgres({ dataDir, log: silentLogger, settings: { fsync: 'off' }, supervise: false })
  let server: EmbeddedPostgres = await start()
  return {
    adminUrl: server.adminUrl,
    get pid() {
      return server.pid
    },
    crash: () => bringDown(dataDir, server.pid, 'immediate', 10_000),
    async restart() {
      server = await start()
    },
    async remove() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
