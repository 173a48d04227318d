import { startBroker } from '../../kafka/find-kafka.ts'
import type { Generator } from '../generator/generator.ts'
import type { Surroundings } from '../programs.ts'
import type { Plan } from '../rounds.ts'
import { measureEndToEnd } from './end-to-end.ts'
import { printEndToEnd, printRates } from './print.ts'
import { measureRates } from './rates.ts'

export interface KafkaPlan extends Plan {
  /** Events of one measurement of a rate. */
  readonly events: number
}

/** `npm run bench -- --kafka`: the way over a broker beside kafkajs alone, and beside the embedded engine. */
export async function benchKafka(around: Surroundings, generator: Generator, plan: KafkaPlan): Promise<void> {
  const { rounds, seconds, events } = plan
  const broker = await startBroker()
  try {
    const { brokers } = broker
    console.log(`${broker.name}; ${rounds} rounds of ${events} events`)
    printRates(await measureRates({ adminUrl: around.adminUrl, brokers, rounds, events }))
    printEndToEnd(await measureEndToEnd({ around, generator, brokers, rounds, seconds }))
  } finally {
    await broker.stop()
  }
}
