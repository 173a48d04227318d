import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { check, type Verdict } from './checker.ts'
import { runClients } from './clients.ts'
import { type ChaosDatabase, openChaosDatabase } from './database.ts'
import { gatherEvidence, leftovers } from './evidence.ts'
import { type FaultCounts, runFaults } from './faults.ts'
import { createEffects, type SelfCrash } from './model.ts'
import type { Mutant } from './mutants.ts'
import { ServerProcess } from './server-process.ts'

export interface ChaosOptions {
  readonly seconds: number
  readonly seed: number
  readonly mutant?: Mutant
  readonly servers?: number
  readonly clients?: number
  /** Servers kill themselves at a named moment of a consumer's work. */
  readonly crash?: SelfCrash
  /** Fault rates; what is not given is as a full run has it. */
  readonly faults?: Partial<{
    everyMs: readonly [number, number]
    stops: number
    stopMs: readonly [number, number]
    crashDatabaseMs: number
  }>
  readonly keyedPauseMs?: number
  readonly keyedConcurrency?: number
  readonly zombies?: boolean
  readonly resend?: number
  readonly flaky?: number
  readonly poison?: number
  /** With fsync, as in production. */
  readonly durable?: boolean
  readonly drainSeconds?: number
}

export interface ChaosReport {
  readonly seed: number
  readonly mutant: string | undefined
  readonly verdict: Verdict
  readonly faults: FaultCounts
  /** Servers that ended, killed or by themselves. */
  readonly deaths: number
  readonly drainMs: number
}

const tenants = [
  '0a000000-0000-7000-8000-000000000001',
  '0b000000-0000-7000-8000-000000000002',
  '0c000000-0000-7000-8000-000000000003',
]

/** One run on a database server of its own. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const database = await openChaosDatabase(options.durable ?? true)
  try {
    return await runChaosOn(database, options)
  } finally {
    await database.close()
  }
}

/** Servers, clients and faults for a while, then quiet, drain, and the check of what is there. */
export async function runChaosOn(database: ChaosDatabase, options: ChaosOptions): Promise<ChaosReport> {
  await createEffects(database.admin)
  const random = seededRandom(options.seed)
  let lives = 0
  let calm = false
  const servers = Array.from(
    { length: options.servers ?? 3 },
    () =>
      new ServerProcess(() => ({
        appUrl: database.appUrl,
        seed: options.seed + ++lives,
        mutant: options.mutant,
        keyedPauseMs: options.keyedPauseMs ?? 5,
        keyedConcurrency: options.keyedConcurrency ?? 3,
        zombies: options.zombies ?? false,
        crash: calm ? undefined : options.crash,
      })),
  )
  try {
    for (const server of servers) server.start()
    await waitFor(() => servers.every(({ port }) => port !== undefined), 30_000)
    const end = performance.now() + options.seconds * 1000
    const until = () => performance.now() >= end
    const port = () => servers[Math.floor(random() * servers.length)]?.port
    const [acked, faults] = await Promise.all([
      runClients({
        clients: options.clients ?? 24,
        keysPerClient: 6,
        tenants,
        random,
        port,
        until,
        resend: options.resend ?? 0.03,
        flaky: options.flaky ?? 0.02,
        poison: options.poison ?? 0.0025,
        timeoutMs: 3_000,
      }),
      runFaults({ servers, database, random, until, ...defaultFaults, ...options.faults }),
    ])
    calm = true
    if (options.crash !== undefined) for (const server of servers) server.signal('SIGKILL')
    const drainMs = await drain(database, (options.drainSeconds ?? 60) * 1000)
    const deaths = servers.reduce((sum, server) => sum + server.deaths, 0)
    await Promise.all(servers.map((server) => server.stop(5_000)))
    const verdict = check(await gatherEvidence(database.admin, acked))
    return { seed: options.seed, mutant: options.mutant, verdict, faults, deaths, drainMs }
  } finally {
    await Promise.all(servers.map((server) => server.stop(1_000)))
  }
}

const defaultFaults = {
  everyMs: [200, 1_000],
  stops: 0.4,
  stopMs: [500, 4_500],
  crashDatabaseMs: 12_000,
} as const

/** Waits until nothing is left to do, twice in a row, or the time is up. @returns milliseconds */
async function drain(database: ChaosDatabase, limitMs: number): Promise<number> {
  const began = performance.now()
  let quiet = 0
  while (quiet < 2 && performance.now() - began < limitMs) {
    quiet = (await leftovers(database.admin)).length === 0 ? quiet + 1 : 0
    await pause(100)
  }
  return Math.round(performance.now() - began)
}

async function waitFor(condition: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`The servers were not up after ${limitMs} ms.`)
    await pause(20)
  }
}
