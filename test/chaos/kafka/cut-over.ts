import { setTimeout as pause } from 'node:timers/promises'
import { sleep } from '../faults.ts'
import type { ServerProcess } from '../server-process.ts'

export interface CutOverParts {
  readonly servers: readonly ServerProcess[]
  readonly until: () => boolean
  /** How long each way is kept, once all servers go it. */
  readonly stayMs: number
  /** Which way the servers go that are started from now on. */
  readonly go: (way: 'log' | 'kafka') => void
}

const STOP_MS = 10_000
const START_MS = 30_000

/**
 * From the embedded engine to Kafka and back under load, as an operator would: one server after another is stopped in good
 * order and started the other way, so that for a while both kinds work side by side.
 *
 * @returns how many servers changed their way
 */
export async function runCutOver({ servers, until, stayMs, go }: CutOverParts): Promise<number> {
  let changes = 0
  await sleep(stayMs, until)
  for (const way of ['kafka', 'log'] as const) {
    go(way)
    for (const server of servers) {
      await server.stop(STOP_MS)
      server.start()
      await isUp(server)
      changes += 1
    }
    await sleep(stayMs, until)
  }
  return changes
}

async function isUp(server: ServerProcess): Promise<void> {
  const late = performance.now() + START_MS
  while (server.port === undefined) {
    if (performance.now() > late) throw new Error(`A server was not up after ${START_MS} ms.`)
    await pause(20)
  }
}
