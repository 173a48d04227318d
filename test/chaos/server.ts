/** One server process of a chaos run: intake over HTTP, and all consumers, over Kafka if so ordered. Ends when its parent goes away. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { flushCompileCache } from 'node:module'
import { text } from 'node:stream/consumers'
import { systemClock } from '../../core/clock.ts'
import { openPool, TransactionRunner } from '../../core/data/index.ts'
import {
  type CrashPoint,
  EventEngine,
  type EventEngineOptions,
  EventRegistry,
  eventSettings,
} from '../../core/events/index.ts'
import { UnavailableError } from '../../core/plugin/errors.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { silentLogger } from '../../core/testing/silent-logger.ts'
import { chaosHandlers, chaosStream } from './consumers.ts'
import { carry } from './kafka/carry.ts'
import { mutantPartitions } from './kafka/mutants.ts'
import { type Send, type ServerMessage, type ServerOrders, stepped } from './model.ts'
import { isMutant, mutantStores } from './mutants.ts'

const orders: ServerOrders = JSON.parse(process.argv[2] ?? '{}')
const settings = eventSettings({
  lease: orders.zombies ? { renewMs: 300, ttlMs: 1 } : { renewMs: 200, ttlMs: 1_200 },
  handler: { keyedWindow: 400, keyedConcurrency: orders.keyedConcurrency, batch: 50 },
  read: { window: 200 },
  retry: { max: 4, baseMs: 20, capMs: 200 },
  // From the first event on: afterwards the topic is held against the log.
  carrier: { relayFrom: 'earliest', relayBatch: 100, buffer: 100, patienceMs: 500 },
})
const knex = openPool({
  url: orders.appUrl,
  max: 10,
  applicationName: 'parley-chaos',
  settings: { connectTimeoutMs: 2_000, acquireTimeoutMs: 4_000, closeTimeoutMs: 200 },
})
const registry = new EventRegistry()
registry.register([stepped])
const random = seededRandom(orders.seed)
let hits = 0
const engine = new EventEngine({
  knex,
  clock: systemClock,
  registry,
  log: silentLogger,
  settings,
  stores: mutant(orders.mutant),
  crashPoint: crash,
})
const { mutant: name } = orders
const carried = orders.kafka && carry(orders.kafka, { engine, knex, settings, crashPoint: crash, mutant: name, random })
for (const handler of chaosHandlers(orders.keyedPauseMs)) engine.subscribe('chaos', handler)
engine.stream('chaos', chaosStream(new TransactionRunner({ knex, events: engine })))

function mutant(name: string | undefined): NonNullable<EventEngineOptions['stores']> {
  if (name === undefined) return {}
  if (isMutant(name)) return mutantStores(name, knex, settings.partitions)
  const carried = mutantPartitions(name)
  return carried === undefined ? {} : { carried }
}

/** Whoever is at the point that was ordered goes no further. */
function crash(point: CrashPoint): undefined | Promise<never> {
  if (orders.crash?.point !== point) return
  hits += 1
  if ('nth' in orders.crash ? hits < orders.crash.nth : random() >= orders.crash.probability) return
  const die = () => process.kill(process.pid, 'SIGKILL')
  process.send?.({ crashed: point } satisfies ServerMessage, die)
  return new Promise(() => {})
}

function tellFigures(): void {
  const figures = engine.carrier?.figures()
  if (figures !== undefined) process.send?.({ figures: { ...figures } } satisfies ServerMessage)
}

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sends: Send[] = JSON.parse(await text(request))
  try {
    await engine.ingest({
      items: sends.map(({ tenantId, key, step }) => ({
        tenantId,
        source: '/chaos',
        event: { type: stepped, key, data: step },
        dedupeScope: 'chaos',
        dedupeKey: `${key}#${step.n}`,
      })),
    })
    response.writeHead(200).end()
  } catch (error) {
    response.writeHead(error instanceof UnavailableError ? 503 : 500).end()
  }
}

const http = createServer((request, response) => void take(request, response))

async function untilUp(start: () => Promise<void> | undefined): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      return await start()
    } catch (error) {
      if (!(error instanceof UnavailableError) && attempt > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

// Most lives end without a chance to.
flushCompileCache()
process.once('disconnect', () => process.exit(1))
process.once('SIGTERM', async () => {
  http.close()
  http.closeIdleConnections()
  await engine.stop(2_000)
  await carried?.stop()
  await knex.destroy()
  process.exit(0)
})
await untilUp(() => engine.start())
await untilUp(() => carried?.start())
if (carried !== undefined) setInterval(tellFigures, 100)
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port } satisfies ServerMessage)
})
