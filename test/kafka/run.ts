import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ParleyError } from '../../core/plugin/errors.ts'
import type { KeeperMessage, KeeperOrders } from './keeper.ts'

/** One life of a broker: from its start to its end. */
export interface Run {
  /** Of the command that was started. */
  readonly pid: number
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>
  /** Its last lines. */
  tail(): string
}

/** The broker's own words once it serves clients (3.9 and 4.x; written at level INFO by kafka.server.KafkaRaftServer). */
const READY = 'Kafka Server started'
const TAIL_LINES = 30

/**
 * Starts a broker under its keeper and waits until it serves.
 *
 * @throws ParleyError `kafka.start` with the broker's last lines when it ends first, or is not ready within `deadlineMs`
 */
export async function run(orders: KeeperOrders, deadlineMs: number): Promise<Run> {
  const keeper = fork(new URL('./keeper.ts', import.meta.url), [JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines: string[] = []
  const tail = () => lines.join('\n')
  const ended = once(keeper, 'close').then(() => {})
  const ready = new Promise<void>((resolve) => {
    for (const stream of [keeper.stdout, keeper.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        // Java's stack frames would push out what it says.
        if (!/^\s+at /.test(line)) lines.push(line)
        if (lines.length > TAIL_LINES) lines.shift()
        if (line.includes(READY)) resolve()
      })
    }
  })
  const [first] = (await Promise.race([once(keeper, 'message'), ended.then(() => [])])) as [KeeperMessage?]
  if (first === undefined || 'failed' in first) throw notStarted(first?.failed ?? `it ended at once:\n${tail()}`)
  const timeout = AbortSignal.timeout(deadlineMs)
  const outcome = await Promise.race([
    ready.then(() => 'ready' as const),
    ended.then(() => 'it ended'),
    once(timeout, 'abort').then(() => `it was not ready after ${deadlineMs} ms`),
  ])
  if (outcome === 'ready') return { pid: first.pid, ended, tail }
  // The keeper ends what it started when nobody is connected to it any more.
  if (keeper.connected) keeper.disconnect()
  await ended
  throw notStarted(`${outcome}. Its last lines:\n${tail()}`)
}

function notStarted(reason: string): ParleyError {
  return new ParleyError('kafka.start', `The Kafka broker did not start: ${reason}`)
}
