import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs'
import { mendThrottleTimer } from '../../adapters/kafka/throttle-timer.ts'

/** kafkajs as these tests use it: quiet, and with the partitioner that it would otherwise warn about named outright. */
export function connect(brokers: string): Kafka {
  mendThrottleTimer()
  return new Kafka({ clientId: 'parley-test', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
}

export async function createTopic(client: Kafka, topic: string, numPartitions: number): Promise<void> {
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
  await admin.disconnect()
}

export async function produce(client: Kafka, topic: string, messages: Message[]): Promise<void> {
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()
}

/** The first `count` messages of a topic, as a new group reads them: `partition:key=value`. */
export async function consume(client: Kafka, topic: string, groupId: string, count: number): Promise<string[]> {
  const consumer = client.consumer({ groupId, allowAutoTopicCreation: false })
  const found: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((done, fail) => {
    // What will pass (a coordinator that is still loading), kafkajs tries again by itself.
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) fail(payload.error)
    })
    void consumer.run({
      eachMessage: async ({ partition, message }) => {
        found.push(`${partition}:${message.key}=${message.value}`)
        if (found.length === count) done()
      },
    })
  })
  await consumer.disconnect()
  return found
}
