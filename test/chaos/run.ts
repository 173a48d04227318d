import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { type AckedStep, check } from './checker.ts'
import { type ClientOptions, runClients } from './clients.ts'
import { CrashPlan } from './crash-plan.ts'
import type { ChaosDatabase } from './database.ts'
import { gatherEvidence, leftovers } from './evidence.ts'
import { type FaultCounts, runFaults } from './faults.ts'
import { KafkaRun } from './kafka/kafka-run.ts'
import { type ServerOrders, tenants } from './model.ts'
import type { ChaosOptions, ChaosReport } from './run-chaos.ts'
import { ServerProcess } from './server-process.ts'

const defaultFaults = {
  everyMs: [200, 1_000],
  stops: 0.4,
  stopMs: [500, 4_500],
  crashDatabaseMs: 12_000,
} as const

/** Of the servers, those that die as planned; the others go on. */
const VICTIMS = 2

/** Every partition gets something several times a second, and nobody is kept busy. */
const calmLoad = { name: 'calm-', clients: 4, keysPerClient: 64, share: 0.1, thinkMs: 40 } as const

/** Servers wait half a second for a delivery, and look twice. */
const LONGER_THAN_OVERDUE_MS = 1_500

/** The phases of a run: start, hurt, drain, judge, stop. */
export class Run {
  readonly #database: ChaosDatabase
  readonly #options: ChaosOptions
  readonly #random: () => number
  readonly #kafka: KafkaRun | undefined
  readonly #plan: CrashPlan
  readonly #servers: readonly ServerProcess[]
  readonly #visitor: ServerProcess | undefined
  #lives = 0
  #calm = false
  #acked = 0
  #undelivered: readonly string[] = []

  constructor(database: ChaosDatabase, options: ChaosOptions) {
    this.#database = database
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#kafka = options.kafka && new KafkaRun(options.kafka, this.#random)
    this.#plan = new CrashPlan(options.crashes ?? [], VICTIMS)
    this.#servers = Array.from({ length: options.servers ?? 3 }, (_, i) => this.#server(i))
    this.#visitor = this.#kafka?.hasStorm ? this.#server(this.#servers.length) : undefined
  }

  async start(): Promise<void> {
    for (const server of this.#servers) server.start()
    await waitFor(() => this.#servers.every(({ port }) => port !== undefined), 30_000)
  }

  /** In a run over a broker some calm load follows. */
  async hurt(): Promise<[readonly AckedStep[], FaultCounts]> {
    const until = this.#end()
    const { admin } = this.#database
    const acked = () => this.#acked
    const [steps, faults] = await Promise.all([
      this.#load({ name: '', thinkMs: this.#options.thinkMs ?? 0 }, until),
      runFaults({
        ...{ servers: this.#servers, database: this.#database, random: this.#random, until },
        ...{ ...defaultFaults, ...this.#options.faults },
      }),
      this.#kafka?.runFaults({ admin, acked, until, servers: this.#servers, visitor: this.#visitor }),
    ])
    this.#calm = true
    if (this.#options.crash !== undefined) for (const server of this.#servers) server.signal('SIGKILL')
    return this.#kafka === undefined ? [steps, faults] : [[...steps, ...(await this.#calmLoad(this.#kafka))], faults]
  }

  /** The time is up and all faults were seen (on a busy machine they take theirs), or the story is told. */
  #end(): () => boolean {
    const { seconds, crashes } = this.#options
    const [due, overdue] = [after(seconds * 1000), after(seconds * 4_000)]
    const isTold = () => (crashes !== undefined && this.#plan.isDone) || this.#kafka?.isOver === true
    return () => isTold() || overdue() || (due() && this.#kafka?.hasMore !== true)
  }

  /** Load without faults, until all partitions have been served by delivery for a while: nothing may be stuck. */
  async #calmLoad(kafka: KafkaRun): Promise<AckedStep[]> {
    const { drainSeconds = 60, kafka: { calmMs = 3_000 } = {} } = this.#options
    const [due, late] = [after(calmMs), after(drainSeconds * 1000)]
    let since = performance.now()
    const isDelivered = () => {
      this.#undelivered = kafka.undelivered(this.#servers)
      if (this.#undelivered.length > 0) since = performance.now()
      return performance.now() - since > LONGER_THAN_OVERDUE_MS
    }
    return calmMs === 0 ? [] : this.#load(calmLoad, () => (isDelivered() && due()) || late())
  }

  /** Waits until nothing is left to do, twice in a row, or the time is up. @returns milliseconds */
  async drain(): Promise<number> {
    const began = performance.now()
    const late = after((this.#options.drainSeconds ?? 60) * 1000)
    let quiet = 0
    while (quiet < 2 && !late()) {
      quiet = (await leftovers(this.#database.admin, this.#kafka?.idle)).length === 0 ? quiet + 1 : 0
      await pause(100)
    }
    return Math.round(performance.now() - began)
  }

  async judge(acked: readonly AckedStep[], found: Pick<ChaosReport, 'faults' | 'drainMs'>): Promise<ChaosReport> {
    const left = await this.#leftovers()
    const all = this.#visitor === undefined ? this.#servers : [...this.#servers, this.#visitor]
    const deaths = this.#servers.reduce((sum, server) => sum + server.deaths, 0)
    await this.stop(5_000)
    const { admin } = this.#database
    const verdict = check({ ...(await gatherEvidence(admin, acked)), leftovers: left })
    const kafka = await this.#kafka?.report(admin, all)
    const { seed, mutant } = this.#options
    return { seed, mutant, verdict, ...found, kafka, crashes: this.#plan.fired, deaths }
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all([this.#visitor, ...this.#servers].map((server) => server?.stop(graceMs)))
  }

  #load(way: Partial<ClientOptions> & { readonly name: string }, until: () => boolean): Promise<AckedStep[]> {
    const { clients = 24, resend = 0.03, flaky = 0.02, poison = 0.0025 } = this.#options
    const port = () => this.#servers[Math.floor(this.#random() * this.#servers.length)]?.port
    const usual = {
      clients,
      keysPerClient: 6,
      share: 0.5,
      thinkMs: 0,
      tenants,
      resend,
      flaky,
      poison,
      timeoutMs: 3_000,
    }
    const onAck = () => {
      this.#acked += 1
    }
    return runClients({ ...usual, ...way, random: this.#random, port, until, onAck })
  }

  #server(index: number): ServerProcess {
    const server = new ServerProcess(() => this.#orders(index))
    server.onCrash = () => this.#plan.crashed(index)
    return server
  }

  #orders(server: number): ServerOrders {
    const { seed, mutant, keyedPauseMs = 5, keyedConcurrency = 3, zombies = false } = this.#options
    const crash = this.#options.crash ?? this.#plan.orders(server)
    this.#lives += 1
    return {
      ...{ appUrl: this.#database.appUrl, seed: seed + this.#lives, mutant },
      ...{ keyedPauseMs, keyedConcurrency, zombies, crash: this.#calm ? undefined : crash },
      kafka: this.#kafka?.orders(),
    }
  }

  async #leftovers(): Promise<readonly string[]> {
    return [...(await leftovers(this.#database.admin, this.#kafka?.idle)), ...this.#undelivered]
  }
}

function after(ms: number): () => boolean {
  const end = performance.now() + ms
  return () => performance.now() >= end
}

async function waitFor(condition: () => boolean, limitMs: number): Promise<void> {
  const late = after(limitMs)
  while (!condition()) {
    if (late()) throw new Error(`The servers were not up after ${limitMs} ms.`)
    await pause(20)
  }
}
