import { cpus } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Child } from './child.ts'
import { type Latency, summarize } from './generator/latency.ts'
import { Screen } from './live/catch-up.ts'
import type { CrowdOrder, Told } from './live/crowd.ts'
import type { Order, Ready } from './live/orders.ts'

/**
 * `node core/cli/launch.mjs run test/bench/live.ts [--clients 2000] [--pushes 100] [--away 30]`
 *
 * Many WebSockets of one tenant on one process of Parley: what one costs in memory, how long a customer's message takes to
 * all of them, and whether one that was away for `--away` seconds misses anything. Clients run in a process of their own, on
 * the same machine. Bounded by its arguments; loopback only; everything it starts, it ends.
 */
const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '2000' },
    pushes: { type: 'string', default: '100' },
    away: { type: 'string', default: '30' },
  },
})
const plan = { clients: Number(values.clients), pushes: Number(values.pushes), awaySeconds: Number(values.away) }

/** Between two messages, above the time for which hints are gathered: each is a push of its own. */
const PAUSE_MS = 200

interface Said {
  readonly at: number
  readonly stored: number
}

const server = new Child('test/bench/live/server.ts', [], {})
const crowd = new Child('test/bench/live/crowd.ts', [], {})
let count = 0

async function say(person: string): Promise<Said> {
  count += 1
  const answer = server.message<Said>()
  server.process.send({ do: 'say', person, id: `m${count}` } satisfies Order)
  return answer
}

async function connectCrowd(ready: Ready): Promise<{ bytes: number; seconds: number }> {
  const before = server.memory()
  const began = performance.now()
  const connected = crowd.message()
  crowd.process.send({ ...ready, clients: plan.clients } satisfies CrowdOrder)
  await connected
  const seconds = (performance.now() - began) / 1000
  return { bytes: ((server.memory() - before) * 1024 * 1024) / plan.clients, seconds }
}

/** From the vendor's webhook to the screens: to each of them, and to the last one. */
async function fanOut(): Promise<{ each: Latency; last: Latency; missed: number }> {
  const said: Said[] = []
  for (let push = 0; push < plan.pushes; push += 1) {
    said.push(await say('+1'))
    await wait(PAUSE_MS)
  }
  await wait(2000)
  const answer = crowd.message<Told>()
  crowd.process.send('told')
  const { told } = await answer
  const each = told.flatMap((arrivals, push) => arrivals.map((at) => at - (said[push]?.at ?? Number.NaN)))
  const last = told.map((arrivals, push) => Math.max(...arrivals) - (said[push]?.at ?? Number.NaN))
  return { each: summarize(each), last: summarize(last), missed: plan.pushes * plan.clients - each.length }
}

/** A screen that is not told anything while `people` write to it, and then reads on. */
async function away(
  ready: Ready,
): Promise<{ said: number; shown: number; gap: boolean; requests: number; ms: number }> {
  const screen = new Screen(ready)
  await screen.catchUp()
  const until = performance.now() + plan.awaySeconds * 1000
  const first = count
  while (performance.now() < until) {
    await say(`+${count % 7}00`)
    await wait(PAUSE_MS / 2)
  }
  await wait(1000)
  const began = performance.now()
  const requests = await screen.catchUp()
  const wanted = Array.from({ length: count - first }, (_, index) => `hello m${first + index + 1}`)
  const texts = new Set(screen.texts)
  const shown = wanted.filter((text) => texts.has(text)).length
  return { said: wanted.length, shown, gap: screen.hasGap, requests, ms: performance.now() - began }
}

const figure = ({ p50, p99 }: Latency) => `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`

try {
  const [ready] = await Promise.all([server.message<Ready>(), crowd.message()])
  const connected = await connectCrowd(ready)
  console.log(`${cpus().length} cores, Node ${process.version}; server, Postgres and clients on the same machine`)
  console.log(`${plan.clients} clients connected in ${connected.seconds.toFixed(1)} s`)
  console.log(
    `memory of the server: ${(connected.bytes / 1024).toFixed(1)} KB a client, ${server.memory().toFixed(0)} MB in all`,
  )
  const told = await fanOut()
  console.log(`webhook in → a screen is told (hints are gathered for 50 ms): ${figure(told.each)}`)
  console.log(`webhook in → the last screen is told: ${figure(told.last)}; pushes missed: ${told.missed}`)
  const back = await away(ready)
  console.log(
    `away for ${plan.awaySeconds} s: ${back.said} messages meanwhile, ${back.shown} shown after ${back.requests} requests in ${back.ms.toFixed(0)} ms; gap: ${back.gap ? 'yes' : 'no'}`,
  )
  if (back.gap || back.shown !== back.said || told.missed > 0) process.exitCode = 1
} finally {
  if (server.process.connected) server.process.send({ do: 'stop' } satisfies Order)
  await crowd.stop()
  await server.stop()
}
