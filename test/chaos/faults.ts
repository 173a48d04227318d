import { setTimeout as pause } from 'node:timers/promises'
import type { ChaosDatabase } from './database.ts'
import type { ServerProcess } from './server-process.ts'

export interface FaultOptions {
  readonly servers: readonly ServerProcess[]
  readonly database: ChaosDatabase
  readonly random: () => number
  readonly until: () => boolean
  /** Milliseconds between two faults, at least and at most. */
  readonly everyMs: readonly [number, number]
  /** Of all faults: processes stopped for a while; the others are killed. */
  readonly stops: number
  readonly stopMs: readonly [number, number]
  /** Milliseconds between two crashes of the database; 0: none. */
  readonly crashDatabaseMs: number
}

export interface FaultCounts {
  kills: number
  stops: number
  databaseCrashes: number
}

/** Kills, stops and crashes until the run is over; leaves everything running. */
export async function runFaults(options: FaultOptions): Promise<FaultCounts> {
  const counts: FaultCounts = { kills: 0, stops: 0, databaseCrashes: 0 }
  await Promise.all([faultServers(options, counts), crashDatabase(options, counts)])
  for (const server of options.servers) server.signal('SIGCONT')
  return counts
}

async function faultServers(options: FaultOptions, counts: FaultCounts): Promise<void> {
  const { servers, random, until } = options
  while (!until()) {
    await sleep(between(options.everyMs, random), until)
    const server = servers[Math.floor(random() * servers.length)]
    if (server === undefined || until()) continue
    if (random() < options.stops) {
      counts.stops += 1
      server.signal('SIGSTOP')
      void sleep(between(options.stopMs, random), until).then(() => server.signal('SIGCONT'))
    } else {
      counts.kills += 1
      server.signal('SIGKILL')
    }
  }
}

async function crashDatabase(options: FaultOptions, counts: FaultCounts): Promise<void> {
  const { crashDatabaseMs, database, until } = options
  while (crashDatabaseMs > 0 && !until()) {
    await sleep(crashDatabaseMs, until)
    if (until()) return
    counts.databaseCrashes += 1
    await database.crash()
  }
}

/** Ends early when the run does. */
export async function sleep(ms: number, until: () => boolean): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end && !until()) await pause(Math.min(50, end - performance.now() + 1))
}

export function between([least, most]: readonly [number, number], random: () => number): number {
  return least + (most - least) * random()
}
