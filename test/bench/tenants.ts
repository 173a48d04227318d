import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../core/data/embedded/index.ts'
import { withConnection } from '../../core/data/one-connection.ts'
import { silentLogger } from '../../core/testing/silent-logger.ts'
import { type Latencies, load } from './tenants/load.ts'
import { writePlugins } from './tenants/plugins.ts'
import { KernelProcess } from './tenants/process.ts'

/**
 * `node test/bench/tenants.ts [--few 10] [--many 1000] [--plugins 10] [--rounds 5] [--requests 4000] [--rate 400]`
 *
 * Boot, memory and the latency of a request with few and with many tenants that have each plugin, in turns on one Postgres.
 * What counts are the ratios. Bounded by the numbers above; speaks to loopback only; everything it starts, it ends.
 */
const { values } = parseArgs({
  options: {
    few: { type: 'string', default: '10' },
    many: { type: 'string', default: '1000' },
    plugins: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '4000' },
    rate: { type: 'string', default: '400' },
  },
})
const plan = {
  sizes: [Number(values.few), Number(values.many)],
  plugins: Number(values.plugins),
  rounds: Number(values.rounds),
  requests: Number(values.requests),
  perSecond: Number(values.rate),
}

interface Round extends Latencies {
  readonly bootMs: number
  readonly bootRssMb: number
  readonly rssMb: number
  readonly heapMb: number
}

const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'parley-bench-tenants-'))
// Inside the repository, so that the plugins find @parley/core.
mkdirSync(join(root, '.parley'), { recursive: true })
const folder = mkdtempSync(join(root, '.parley', 'bench-tenants-'))
const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), log: silentLogger })
try {
  const plugins = writePlugins(folder, plan.plugins)
  const installations = []
  for (const tenants of plan.sizes) installations.push(await install(tenants, plugins))
  const rounds = new Map<number, Round[]>(plan.sizes.map((tenants) => [tenants, []]))
  for (let round = 0; round < plan.rounds; round += 1)
    for (const one of installations) rounds.get(one.tenants)?.push(await measure(one, plugins, round))
  print(rounds)
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
  rmSync(home, { recursive: true, force: true })
}

interface Installed {
  readonly tenants: number
  readonly databaseUrl: string
  readonly keys: readonly string[]
}

async function install(tenants: number, plugins: readonly string[]): Promise<Installed> {
  const name = `tenants_${tenants}`
  await withConnection(postgres.adminUrl, 'bench', (client) => client.query(`create database ${name}`))
  const url = new URL(postgres.adminUrl)
  url.pathname = `/${name}`
  const first = await KernelProcess.start({ databaseUrl: url.href, home, plugins, seed: tenants })
  const { keys } = first.started
  await first.stop()
  await withConnection(url.href, 'bench', (client) => client.query('vacuum analyze'))
  return { tenants, databaseUrl: url.href, keys }
}

async function measure({ databaseUrl, keys }: Installed, plugins: readonly string[], seed: number): Promise<Round> {
  await using kernel = await KernelProcess.start({ databaseUrl, home, plugins })
  const { baseUrl, bootMs, rssMb: bootRssMb } = kernel.started
  const { perSecond } = plan
  await load(baseUrl, keys, { requests: plan.requests / 4, perSecond, plugins: plan.plugins, seed: seed + 100 })
  const latencies = await load(baseUrl, keys, { requests: plan.requests, perSecond, plugins: plan.plugins, seed })
  const { rssMb, heapMb } = await kernel.report()
  return { ...latencies, bootMs, bootRssMb, rssMb, heapMb }
}

function print(rounds: ReadonlyMap<number, readonly Round[]>): void {
  const [few = [], many = []] = plan.sizes.map((size) => rounds.get(size) ?? [])
  console.log(
    `${plan.plugins} plugins, ${plan.rounds} rounds of ${plan.requests} requests at ${plan.perSecond}/s; medians`,
  )
  console.log(
    ['', ...plan.sizes.map((size) => `${size} tenants`), 'ratio', 'goal'].map((cell) => cell.padStart(14)).join(''),
  )
  const line = (label: string, value: (round: Round) => number, goal: string) => {
    const [a, b] = [median(few.map(value)), median(many.map(value))]
    const cells = [label, a.toFixed(1), b.toFixed(1), `${(b / a).toFixed(2)}×`, goal]
    console.log(cells.map((cell) => cell.padStart(14)).join(''))
  }
  line('boot ms', (round) => round.bootMs, '≤ 1.2×')
  line('p50 ms', (round) => round.p50, '')
  line('p99 ms', (round) => round.p99, '≤ 1.3×')
  line('RSS at boot MB', (round) => round.bootRssMb, '')
  line('RSS MB', (round) => round.rssMb, '')
  line('heap MB', (round) => round.heapMb, '')
}

function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
