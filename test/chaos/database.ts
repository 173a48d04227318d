import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import pg from 'pg'
import { type EmbeddedPostgres, migrate, openPool, prepareRoles, startEmbeddedPostgres } from '../../core/data/index.ts'
import { silentLogger } from '../../core/testing/silent-logger.ts'

/** The database of a run, and how to crash it. */
export interface ChaosDatabase {
  readonly adminUrl: string
  readonly appUrl: string
  readonly admin: Knex
  /** Immediately: no shutdown, the next start recovers. */
  crash(): Promise<void>
  close(): Promise<void>
}

/**
 * A server of the run's own, whose postmaster gets SIGQUIT; or, with PARLEY_TEST_DATABASE_URL, a database on that
 * server, all of whose connections are cut instead.
 */
export async function openChaosDatabase(durable: boolean): Promise<ChaosDatabase> {
  const external = process.env.PARLEY_TEST_DATABASE_URL
  return external === undefined ? embedded(durable) : onServer(external)
}

async function embedded(durable: boolean): Promise<ChaosDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-chaos-'))
  const options = {
    dataDir: join(folder, 'data'),
    log: silentLogger,
    supervise: false,
    settings: { max_connections: '200', ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }) },
  }
  let server: EmbeddedPostgres = await startEmbeddedPostgres(options)
  const ready = await setUp(server.adminUrl)
  return {
    ...ready,
    adminUrl: server.adminUrl,
    async crash() {
      process.kill(server.pid, 'SIGQUIT')
      server = await startEmbeddedPostgres(options)
    },
    async close() {
      await ready.admin.destroy()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function onServer(serverUrl: string): Promise<ChaosDatabase> {
  const name = `parley_chaos_${process.pid}_${Date.now().toString(36)}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await run(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const ready = await setUp(url.href)
  return {
    ...ready,
    adminUrl: url.href,
    crash: () => run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`),
    async close() {
      await ready.admin.destroy()
      await run(`drop database ${name} with (force)`)
    },
  }
}

async function setUp(adminUrl: string): Promise<{ appUrl: string; admin: Knex }> {
  const report = await migrate({ adminUrl, sources: [], log: silentLogger })
  for (const { failure } of report.sources) if (failure !== undefined) throw failure.error
  const { appUrl } = await prepareRoles(adminUrl)
  const admin = openPool({ url: adminUrl, max: 2, applicationName: 'parley-chaos-admin' })
  return { appUrl, admin }
}
