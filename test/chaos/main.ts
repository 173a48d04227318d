import { parseArgs } from 'node:util'
import type { Broker } from '../kafka/broker.ts'
import { startBroker } from '../kafka/find-kafka.ts'
import { carrierMutants, isCarrierMutant } from './kafka/mutants.ts'
import { isMutant, mutants } from './mutants.ts'
import { printReport } from './print.ts'
import { type ChaosOptions, isCleanRun, runChaos } from './run-chaos.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    servers: { type: 'string', default: '3' },
    clients: { type: 'string', default: '24' },
    mutant: { type: 'string' },
    drain: { type: 'string', default: '120' },
    kafka: { type: 'boolean', default: false },
    outage: { type: 'string' },
    'cut-over': { type: 'boolean', default: false },
  },
})

const seconds = Number(values.seconds)
const calm = { everyMs: [3_600_000, 3_600_000], crashDatabaseMs: 0 } as const

/** What a run over a broker is about: one of the two stories, or all faults at once. */
function overKafka(broker: Broker): Partial<ChaosOptions> {
  if (values.outage !== undefined) {
    const outage = { downMs: Number(values.outage) * 1000, leadMs: 5_000, sampleMs: 2_000 }
    return { seconds: 600, faults: calm, thinkMs: 50, kafka: { broker, outage } }
  }
  if (values['cut-over']) {
    return { seconds: 600, faults: calm, kafka: { broker, cutOver: { stayMs: (seconds * 1000) / 3 } } }
  }
  const kafka = { broker, breakMs: [6_000, 15_000], storm: true, usurpers: 0.4, truncated: 0.01 } as const
  // Servers and broker must live long enough for events to travel between them.
  return { faults: { everyMs: [2_000, 6_000] }, kafka }
}

const { mutant } = values
if (mutant !== undefined && !isMutant(mutant) && !isCarrierMutant(mutant)) {
  console.error(`There is no mutant "${mutant}"; there are: ${[...mutants, ...carrierMutants].join(', ')}.`)
  process.exit(2)
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
const options: ChaosOptions = {
  seconds,
  seed,
  servers: Number(values.servers),
  clients: Number(values.clients),
  drainSeconds: Number(values.drain),
  ...(mutant === undefined ? {} : { mutant }),
}
const needsBroker = values.kafka || values['cut-over'] || values.outage !== undefined
const broker = needsBroker ? await startBroker() : undefined
console.log(`chaos for ${values.seconds} s, seed ${seed}${broker === undefined ? '' : `, ${broker.name}`}`)
const report = await runChaos({ ...options, ...(broker === undefined ? {} : overKafka(broker)) })
await broker?.stop()
printReport(report)
process.exitCode = isCleanRun(report) ? 0 : 1
