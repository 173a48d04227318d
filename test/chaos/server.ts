/** One server process of a chaos run: intake over HTTP, and all consumers. Ends when its parent goes away. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { systemClock } from '../../core/clock.ts'
import { openPool, TransactionRunner } from '../../core/data/index.ts'
import { type CrashPoint, EventEngine, EventRegistry, eventSettings } from '../../core/events/index.ts'
import { UnavailableError } from '../../core/plugin/errors.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { silentLogger } from '../../core/testing/silent-logger.ts'
import { chaosHandlers, chaosStream } from './consumers.ts'
import { type Send, type ServerMessage, type ServerOrders, stepped } from './model.ts'
import { isMutant, mutantStores } from './mutants.ts'

const orders: ServerOrders = JSON.parse(process.argv[2] ?? '{}')
const settings = eventSettings({
  lease: orders.zombies ? { renewMs: 300, ttlMs: 1 } : { renewMs: 200, ttlMs: 1_200 },
  handler: { keyedWindow: 400, keyedConcurrency: orders.keyedConcurrency, batch: 50 },
  read: { window: 200 },
  retry: { max: 4, baseMs: 20, capMs: 200 },
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
const engine = new EventEngine({
  knex,
  clock: systemClock,
  registry,
  log: silentLogger,
  settings,
  ...(orders.mutant !== undefined && isMutant(orders.mutant)
    ? { stores: mutantStores(orders.mutant, knex, settings.partitions) }
    : {}),
  crashPoint: crash,
})
for (const handler of chaosHandlers(orders.keyedPauseMs)) engine.subscribe('chaos', handler)
engine.stream('chaos', chaosStream(new TransactionRunner({ knex, events: engine })))

function crash(point: CrashPoint): void {
  if (orders.crash?.point === point && random() < orders.crash.probability) process.kill(process.pid, 'SIGKILL')
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

async function startUntilUp(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      return await engine.start()
    } catch (error) {
      if (!(error instanceof UnavailableError) && attempt > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

process.once('disconnect', () => process.exit(1))
process.once('SIGTERM', async () => {
  http.close()
  await engine.stop(2_000)
  await knex.destroy()
  process.exit(0)
})
await startUntilUp()
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port } satisfies ServerMessage)
})
