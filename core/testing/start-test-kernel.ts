import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KernelSettings } from '../config/settings.ts'
import { readSettings } from '../config/settings.ts'
import type { MigrationSource } from '../data/migrate.ts'
import { discover, type PluginEntry } from '../kernel/discover.ts'
import { bootKernel, type Kernel } from '../kernel/kernel.ts'
import { kernelVersion } from '../kernel/kernel-version.ts'
import { loadPlugin } from '../kernel/load.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { drainKernel } from './drain-kernel.ts'
import { everyKernel } from './every-kernel.ts'
import { silentLogger } from './silent-logger.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { type TestTenant, testTenant } from './test-tenant.ts'

export interface TestKernelOptions {
  /** Folders (absolute, or relative to `root`) or npm packages; an entry may carry settings. */
  readonly plugins?: readonly (string | PluginEntry)[]
  /** Laid over the settings that tests have: `{ breaker: … }`. */
  readonly settings?: Partial<KernelSettings>
  /** Environment variables, for what is easier said that way: `{ EVENTS_READ_WINDOW: '10' }`. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: the machine's. */
  readonly clock?: Clock
  readonly log?: Logger
  /** True: it listens on a free port of 127.0.0.1. */
  readonly listen?: boolean
  /** Default: the repository, or the working directory for a partner's package. */
  readonly root?: string
  /** A database that outlives this kernel: a restart. The caller drops it. */
  readonly database?: TestDatabase
}

/** A request to a kernel that does not listen. */
export interface TestRequest {
  readonly method?: string
  readonly url: string
  readonly payload?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Whose key is sent; `null` sends none. Default: the demo tenant's. */
  readonly as?: Pick<TestTenant, 'apiKey'> | null
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  /** The JSON body; the text of another content type; `undefined` without a body. */
  readonly body: unknown
  readonly text: string
}

export interface TestKernel {
  readonly kernel: Kernel
  readonly database: TestDatabase
  /** The tenant that is there from the beginning, with a key that may do everything. */
  readonly tenant: TestTenant
  readonly tenantId: string
  readonly apiKey: string
  readonly baseUrl: string
  inject(request: TestRequest): Promise<TestAnswer>
  createTenant(slug: string, options?: { readonly scopes?: readonly string[] }): Promise<TestTenant>
  /** Resolves when all events are handled, no lane is due and no job runs; throws `test.not-drained` after `ms` (10 000). */
  drain(ms?: number): Promise<void>
  stop(): Promise<void>
}

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))

/** A kernel as it runs, over a database of its own, with the plugins under test. */
export async function startTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const stack = new AsyncDisposableStack()
  try {
    return await start(options, stack)
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function start(options: TestKernelOptions, stack: AsyncDisposableStack): Promise<TestKernel> {
  const { root = REPOSITORY, log = silentLogger, listen = false } = options
  const own = (options.plugins ?? []).map((plugin) => (typeof plugin === 'string' ? { use: plugin } : plugin))
  const every = everyKernel(own, process.env)
  const plugins = [...own, ...every.plugins]
  const home = await mkdtemp(join(tmpdir(), 'parley-test-kernel-'))
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const database = options.database ?? (await createTestDatabase({ sources: await sourcesOf(plugins, root) }))
  if (options.database === undefined) stack.defer(() => database.drop())
  const env = { DATABASE_URL: database.adminUrl, PARLEY_HOME: home, ...BASE, ...every.env, ...options.env }
  const kernel = await bootKernel({
    settings: { ...readSettings(env, home), ...options.settings },
    config: { plugins },
    ...{ root, log, listen, validateResponses: true },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })
  stack.defer(() => kernel.stop())
  const tenant = await testTenant(kernel, 'demo')
  return {
    ...{ kernel, database, tenant, tenantId: tenant.id, apiKey: tenant.apiKey, baseUrl: kernel.baseUrl },
    inject: (request) => inject(kernel, tenant, request),
    createTenant: (slug, { scopes } = {}) => testTenant(kernel, slug, scopes),
    drain: (ms = 10_000) => drainKernel(kernel, ms),
    stop: () => stack.disposeAsync(),
  }
}

/** Tests do not wait for load balancers, and poll often. */
const BASE = {
  HOST: '127.0.0.1',
  PORT: '0',
  MIGRATE_ON_START: 'true',
  SHUTDOWN_LEAD_MS: '0',
  HTTP_LIVE_CLOSE_JITTER_MS: '0',
  JOBS_POLL_MS: '500',
  // One test calls as often as a hundred people.
  HTTP_LIMITS_AUTH_POINTS: '10000',
  HTTP_LIMITS_AUTH_ADDRESS_POINTS: '10000',
  HTTP_LIMITS_ACTOR_POINTS: '1000000',
  HTTP_LIMITS_ANONYMOUS_POINTS: '1000000',
  HTTP_LIMITS_TENANT_OTHER_POINTS: '1000000',
  HTTP_LIMITS_TENANT_TIERS: 'free=1000000',
}

/** For the template that test databases are cloned from. What cannot be loaded has no say: the boot will report it. */
async function sourcesOf(plugins: readonly PluginEntry[], root: string): Promise<readonly MigrationSource[]> {
  const loaded = discover(plugins, root, kernelVersion).map(async (record) => {
    if (record.down) return []
    const directory = await loadPlugin(record).then(
      (plugin) => plugin.manifest.migrations,
      () => undefined,
    )
    return directory === undefined ? [] : [{ id: record.id, directory }]
  })
  return (await Promise.all(loaded)).flat()
}

async function inject(kernel: Kernel, tenant: TestTenant, request: TestRequest): Promise<TestAnswer> {
  const { method = 'GET', url, payload, headers = {}, as = tenant } = request
  const answer = await kernel.http.inject({
    ...{ method, url },
    headers: { ...(as === null ? {} : { authorization: `Bearer ${as.apiKey}` }), ...headers },
    ...(payload === undefined ? {} : { payload: payload as string | object | Buffer }),
  })
  const text = answer.payload
  const json = String(answer.headers['content-type'] ?? '').includes('json')
  const body: unknown = text === '' ? undefined : json ? JSON.parse(text) : text
  return { status: answer.statusCode, headers: answer.headers, body, text }
}
