import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { type MigrationSource, migrate } from '../data/migrate.ts'
import { withConnection } from '../data/one-connection.ts'
import { openPool } from '../data/pool.ts'
import { applicationUrl } from '../data/prepare-roles.ts'
import { TransactionRunner } from '../data/transaction-runner.ts'
import type { EventAppender } from '../events/appender.ts'
import { silentLogger } from './silent-logger.ts'
import { testServer } from './test-server.ts'

export interface TestDatabaseOptions {
  /** Plugins whose tables are wanted; the kernel's are always there. */
  readonly sources?: readonly MigrationSource[]
  /** False: an empty database, for tests of migrating itself. */
  readonly migrated?: boolean
  /** With it comes `database`, a unit-of-work runner that appends through it. */
  readonly events?: EventAppender
}

export interface TestDatabase {
  /** Superuser; sees and may do everything. */
  readonly adminUrl: string
  /** The application's role. */
  readonly appUrl: string
  /** A small pool of the application's role. */
  readonly knex: Knex
  readonly database?: TransactionRunner
  /** Closes the pool and drops the database, whoever is still connected. */
  drop(): Promise<void>
}

/**
 * A database of its own for a suite: cloned in some 30 ms from a template that holds the migrated tables. The server is
 * an embedded Postgres, started on first use and shared by the whole test process, or the one of PARLEY_TEST_DATABASE_URL.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = await testServer.adminUrl()
  const name = freshName('suite')
  const template = options.migrated === false ? 'template1' : await templateFor(serverUrl, options.sources ?? [])
  await onServer(serverUrl, `create database ${name} template ${template}`)
  const adminUrl = withDatabase(serverUrl, name)
  const appUrl = applicationUrl(adminUrl)
  const knex = openPool({ url: appUrl, max: 4, applicationName: 'parley-test' })
  const { events } = options
  return {
    adminUrl,
    appUrl,
    knex,
    ...(events === undefined ? {} : { database: new TransactionRunner({ knex, events }) }),
    async drop() {
      await knex.destroy()
      await onServer(serverUrl, `drop database ${name} with (force)`)
    },
  }
}

/** One template for each set of sources; the first suite that wants it pays for its migrations. */
function templateFor(serverUrl: string, sources: readonly MigrationSource[]): Promise<string> {
  const key = sources.map((source) => `${source.id}=${source.directory.href}`).join('\n')
  return testServer.template(key, async () => {
    const name = freshName('template')
    await onServer(serverUrl, `create database ${name}`)
    const report = await migrate({ adminUrl: withDatabase(serverUrl, name), sources, log: silentLogger })
    for (const { failure } of report.sources) if (failure !== undefined) throw failure.error
    return name
  })
}

function freshName(kind: string): string {
  return `parley_${kind}_${process.pid}_${randomBytes(5).toString('hex')}`
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

async function onServer(url: string, sql: string): Promise<void> {
  await withConnection(url, 'parley-test', (client) => client.query(sql))
}
