import { join } from 'node:path'
import { readSettings } from '../../../core/config/settings.ts'
import { bootKernel } from '../../../core/kernel/kernel.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { seed } from './seed.ts'

/** What the parent says on the command line, as JSON. */
export interface ChildPlan {
  readonly databaseUrl: string
  readonly home: string
  readonly plugins: readonly string[]
  /** Tenants to make before anything is measured. */
  readonly seed?: number
}

/** What the child says once it listens, and whenever it is asked. */
export interface ChildReport {
  readonly bootMs: number
  readonly baseUrl: string
  readonly keys: readonly string[]
  readonly rssMb: number
  readonly heapMb: number
}

const plan = JSON.parse(process.argv[2] ?? '{}') as ChildPlan
const env = {
  ...{ DATABASE_URL: plan.databaseUrl, PARLEY_HOME: plan.home, HOST: '127.0.0.1', PORT: '0', MIGRATE_ON_START: 'true' },
  // What a tenant may ask for in a minute is not what is measured here.
  ...{ SHUTDOWN_LEAD_MS: '0', HTTP_LIMITS_ACTOR_POINTS: '1000000', HTTP_LIMITS_TENANT_TIERS: 'free=1000000' },
}
const began = performance.now()
const kernel = await bootKernel({
  settings: readSettings(env, plan.home),
  config: { plugins: plan.plugins.map((use) => ({ use })) },
  root: join(import.meta.dirname, '../../..'),
  log: silentLogger,
})
const bootMs = performance.now() - began
const failed = kernel.report.failures.map(({ plugin, reason }) => `${plugin}: ${reason}`)
if (failed.length > 0) throw new Error(failed.join('; '))
const keys = plan.seed === undefined ? [] : await seed(kernel, plan.seed, plan.plugins.length)

function report(): ChildReport {
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return { bootMs, baseUrl: kernel.baseUrl, keys, rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 }
}

// The parent went away without a word.
process.once('disconnect', () => process.exit(1))
process.on('message', (message) => {
  if (message === 'report') process.send?.(report())
  if (message === 'stop') void kernel.stop().then(() => process.exit(0))
})
process.send?.(report())
