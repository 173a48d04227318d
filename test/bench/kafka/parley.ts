/** An engine over Kafka as a process of its own, as it is set in production: it relays, and consumes if so ordered. */
import { KafkaCarrier } from '../../../adapters/kafka/kafka-carrier.ts'
import { systemClock } from '../../../core/clock.ts'
import { openPool } from '../../../core/data/index.ts'
import { EventEngine, EventRegistry, eventSettings } from '../../../core/events/index.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { settings as kafkaSettings } from '../../adapters/kafka/kit.ts'
import { noted } from './noted.ts'

export interface ParleyOrders {
  readonly appUrl: string
  readonly brokers: string
  readonly prefix: string
  readonly consumes: boolean
}

const { appUrl, brokers, prefix, consumes }: ParleyOrders = JSON.parse(process.argv[2] ?? '{}')
const registry = new EventRegistry()
registry.register([noted])
const engine = new EventEngine({
  knex: openPool({ url: appUrl, max: 10, applicationName: 'parley-bench' }),
  clock: systemClock,
  registry,
  log: silentLogger,
  settings: eventSettings({ carrier: { relayFrom: 'earliest' } }),
})
const carrier = new KafkaCarrier(kafkaSettings(brokers, { topicPrefix: prefix }), silentLogger)
engine.carry(carrier, { makeTopics: true })
if (consumes) engine.subscribe('bench', { id: 'nothing', on: [noted], handle: async () => {} })
await engine.start()
process.on('disconnect', () => process.exit(0))
process.once('SIGTERM', async () => {
  await engine.stop(1_000)
  await carrier.stop()
  process.exit(0)
})
process.on('message', () => process.send?.({ ...engine.carrier?.figures() }))
