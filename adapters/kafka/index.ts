import { definePlugin, eventCarrier, logger, provide } from '@parley/core'
import { KafkaCarrier } from './kafka-carrier.ts'
import { type KafkaSettings, kafkaSettings } from './settings.ts'

/** Carries events over Kafka, where KAFKA_BROKERS says that there is one. */
export default definePlugin({
  manifest: { provides: [eventCarrier], settings: { app: kafkaSettings } },
  deps: { log: logger },
  register({ log }, settings: KafkaSettings) {
    if (settings.brokers.length === 0) return { providers: [provide(eventCarrier, { value: null })] }
    const carrier = new KafkaCarrier(settings, log)
    return {
      providers: [provide(eventCarrier, { value: carrier })],
      start: () => carrier.start(),
      stop: () => carrier.stop(),
      health: async () => carrier.health(),
    }
  },
})
