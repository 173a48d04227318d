import { startBroker } from './find-kafka.ts'

/** A process for a test to kill: it starts a broker, tells where that is, and stays. */
const { brokers } = await startBroker()
console.log(brokers)
