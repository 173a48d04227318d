/** What kafkajs does by itself: reads a topic and does nothing with it, and produces what it has read to another one. */
import type { IHeaders, Message } from 'kafkajs'
import { Partitioners } from 'kafkajs'
import { settings as kafkaSettings } from '../../adapters/kafka/kit.ts'
import { connect } from '../../kafka/client.ts'

export type BareOrders =
  | { readonly do: 'consume'; readonly topic: string; readonly count: number }
  | { readonly do: 'make'; readonly topic: string; readonly partitions: number }
  | { readonly do: 'produce'; readonly topic: string; readonly batch: number; readonly as?: Place }

/** Where in a log the messages are to stand: behind `from` of each partition. */
export interface Place {
  readonly logId: string
  readonly from: Readonly<Record<number, number>>
}

export interface BareResult {
  readonly perSecond: number
}

const brokers = process.argv[2] ?? ''
const client = connect(brokers)
let kept: (Message & { readonly partition: number })[] = []

/** As the adapter sets them. */
const { sessionMs, heartbeatMs, fetchWaitMs, fetchBytes, fetchBytesPerPartition } = kafkaSettings(brokers)

async function consume(topic: string, count: number): Promise<BareResult> {
  const consumer = client.consumer({
    groupId: `${topic}.bare.${process.pid}`,
    allowAutoTopicCreation: false,
    ...{ sessionTimeout: sessionMs, heartbeatInterval: heartbeatMs, maxWaitTimeInMs: fetchWaitMs },
    ...{ maxBytes: fetchBytes, maxBytesPerPartition: fetchBytesPerPartition },
  })
  kept = []
  const done = Promise.withResolvers<number>()
  let began = 0
  consumer.on(consumer.events.GROUP_JOIN, () => {
    began = performance.now()
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const { key, value, headers } of batch.messages) {
        kept.push({ key, value, partition: batch.partition, ...(headers === undefined ? {} : { headers }) })
      }
      if (kept.length >= count) done.resolve(performance.now() - began)
    },
  })
  const ms = await done.promise
  await consumer.disconnect()
  kept.sort((a, b) => offOf(a) - offOf(b) || a.partition - b.partition)
  return { perSecond: (count * 1000) / ms }
}

function offOf({ headers }: Message): number {
  return Number(String(headers?.ce_logoff))
}

async function produce(topic: string, batch: number, place: Place | undefined): Promise<BareResult> {
  const messages = place === undefined ? kept : placed(place)
  const producer = client.producer({
    ...{ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false },
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  // Not measured: the first send asks for metadata and a producer id.
  await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: [] }] })
  const began = performance.now()
  for (let from = 0; from < messages.length; from += batch) {
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: messages.slice(from, from + batch) }] })
  }
  const ms = performance.now() - began
  await producer.disconnect()
  return { perSecond: (messages.length * 1000) / ms }
}

/** The same bytes under other offsets, gapless behind what the log is to have. */
function placed({ logId, from }: Place): Message[] {
  const next = new Map(Object.entries(from).map(([part, off]) => [Number(part), off]))
  return kept.map((message) => {
    const off = next.get(message.partition) ?? 0
    next.set(message.partition, off + 1)
    const headers: IHeaders = { ...message.headers, ce_logid: logId, ce_logoff: String(off) }
    return { ...message, headers }
  })
}

async function make(topic: string, partitions: number): Promise<BareResult> {
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
  await admin.disconnect()
  return { perSecond: 0 }
}

function run(orders: BareOrders): Promise<BareResult> {
  if (orders.do === 'consume') return consume(orders.topic, orders.count)
  if (orders.do === 'make') return make(orders.topic, orders.partitions)
  return produce(orders.topic, orders.batch, orders.as)
}

process.on('message', (orders: BareOrders) => {
  run(orders).then(
    (result) => process.send?.(result),
    (error: Error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({})
