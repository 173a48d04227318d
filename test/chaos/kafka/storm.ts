/**
 * A rebalance storm, as a process of its own: every 2 s a stranger joins the consumer groups of all who follow, which
 * takes half of their partitions from them, and leaves again. Tells its parent how often it was let in. Ends with it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { connect } from '../../kafka/client.ts'

export interface StormOrders {
  readonly brokers: string
  readonly topic: string
  /** What the names of the groups begin with. */
  readonly groups: string
}

export interface StormMessage {
  readonly joined: number
}

const EVERY_MS = 2_000
const JOIN_MS = 4_000

const { brokers, topic, groups }: StormOrders = JSON.parse(process.argv[2] ?? '{}')
const client = connect(brokers)
let joined = 0

process.once('disconnect', () => process.exit(0))
for (;;) {
  const began = performance.now()
  // Nobody answers while the broker is down: then the next turn has to do.
  const names = await followers(client).catch(() => [])
  await Promise.all(names.map((name) => joinAndLeave(name).catch(() => undefined)))
  process.send?.({ joined } satisfies StormMessage)
  await pause(Math.max(100, EVERY_MS - (performance.now() - began)))
}

async function followers(kafka: Kafka): Promise<readonly string[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const listed = await admin.listGroups()
    return listed.groups.map(({ groupId }) => groupId).filter((name) => name.startsWith(groups))
  } finally {
    await admin.disconnect()
  }
}

async function joinAndLeave(groupId: string): Promise<void> {
  const consumer = client.consumer({
    ...{ groupId, allowAutoTopicCreation: false, sessionTimeout: 6_000, heartbeatInterval: 300 },
    retry: { retries: 0, restartOnFailure: async () => false },
  })
  const member = new Promise<boolean>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve(true))
    consumer.on(consumer.events.CRASH, () => resolve(false))
    setTimeout(() => resolve(false), JOIN_MS)
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic] })
    await consumer.run({ autoCommit: false, eachBatch: async () => {} })
    if (await member) joined += 1
  } finally {
    await consumer.disconnect()
  }
}
