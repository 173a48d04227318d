import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Broker } from '../../kafka/broker.ts'
import { between, sleep } from '../faults.ts'
import type { ServerProcess } from '../server-process.ts'
import type { StormMessage, StormOrders } from './storm.ts'

export interface BrokerFaultOptions {
  readonly broker: Broker
  readonly random: () => number
  readonly until: () => boolean
  /** Milliseconds between two faults of the broker, at least and at most. `undefined`: none. */
  readonly breakMs: readonly [number, number] | undefined
  /** How long it is down or frozen. */
  readonly brokenMs: readonly [number, number]
  /** A stranger in the followers' groups, and a server that comes and goes. `undefined`: neither. */
  readonly storm: { readonly orders: StormOrders; readonly server: ServerProcess } | undefined
}

export interface BrokerFaultCounts {
  brokerKills: number
  brokerStops: number
  /** Times that a stranger was let into a follower's group, and its partitions were shared out anew. */
  strangers: number
  /** Times that a server came and went, and the leases were shared out anew. */
  comings: number
}

const COME_AND_GO_MS = 2_000

/** A storm passes and comes back: delivery, which begins anew after each of its gusts, must be met as well as its absence. */
const STORM_MS = 10_000
const LULL_MS = 20_000

/** Breaks the broker and the groups until the run is over; leaves the broker up. Counts as it goes. */
export async function runBrokerFaults(options: BrokerFaultOptions, counts: BrokerFaultCounts): Promise<void> {
  await Promise.all([breakBroker(options, counts), stormAndLull(options, counts)])
}

/** By turns killed, and frozen. */
async function breakBroker(options: BrokerFaultOptions, counts: BrokerFaultCounts): Promise<void> {
  const { broker, random, until, breakMs, brokenMs } = options
  if (breakMs === undefined) return
  for (let turn = 0; ; turn += 1) {
    await sleep(between(breakMs, random), until)
    if (until()) return
    if (turn % 2 === 0) {
      counts.brokerKills += 1
      await broker.kill()
      await sleep(between(brokenMs, random), until)
      await broker.restart()
    } else {
      counts.brokerStops += 1
      await broker.pause()
      await sleep(between(brokenMs, random), until)
      await broker.resume()
    }
  }
}

async function stormAndLull(options: BrokerFaultOptions, counts: BrokerFaultCounts): Promise<void> {
  const { storm, until } = options
  while (storm !== undefined && !until()) {
    const end = performance.now() + STORM_MS
    const passed = () => performance.now() >= end || until()
    await Promise.all([comeAndGo(storm.server, passed, counts), joinAndLeave(storm.orders, passed, counts)])
    await sleep(LULL_MS, until)
  }
}

async function comeAndGo(server: ServerProcess, until: () => boolean, counts: BrokerFaultCounts): Promise<void> {
  while (!until()) {
    server.start()
    await sleep(COME_AND_GO_MS, until)
    await server.stop(3_000)
    counts.comings += 1
  }
}

async function joinAndLeave(orders: StormOrders, until: () => boolean, counts: BrokerFaultCounts): Promise<void> {
  const before = counts.strangers
  const child = fork(new URL('./storm.ts', import.meta.url), [JSON.stringify(orders)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.on('message', ({ joined }: StormMessage) => {
    counts.strangers = before + joined
  })
  const ended = once(child, 'exit')
  await sleep(Number.POSITIVE_INFINITY, until)
  child.kill('SIGKILL')
  await ended
}
