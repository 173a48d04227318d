import { type CarrierTopic, ParleyError } from '@parley/core'
import type { Admin, ITopicConfig } from 'kafkajs'
import type { ClientMaker } from './client.ts'
import type { KafkaSettings } from './settings.ts'
import { within } from './within.ts'

/** Makes the topics that are missing. Several processes may do so at once. */
export async function ensureTopics(
  client: ClientMaker,
  settings: KafkaSettings,
  topics: readonly CarrierTopic[],
): Promise<void> {
  const admin = (await client()).admin()
  try {
    await within('making topics', settings.requestMs * 3, make(admin, settings, topics))
  } finally {
    await admin.disconnect()
  }
}

async function make(admin: Admin, settings: KafkaSettings, topics: readonly CarrierTopic[]): Promise<void> {
  await admin.connect()
  const there = new Set(await admin.listTopics())
  const named = topics.map((topic) => ({ ...topic, name: `${settings.topicPrefix}${topic.topic}` }))
  const missing = named.filter(({ name }) => !there.has(name))
  if (missing.length > 0) {
    const wanted = missing.map(({ name, partitions }) => topicConfig(name, partitions, settings))
    await admin.createTopics({ topics: wanted, waitForLeaders: true, timeout: settings.requestMs })
  }
  await refuseTooFew(admin, named)
}

function topicConfig(topic: string, numPartitions: number, settings: KafkaSettings): ITopicConfig {
  return {
    topic,
    numPartitions,
    replicationFactor: settings.replicationFactor,
    configEntries: [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'retention.ms', value: String(settings.retentionHours * 3_600_000) },
      // An old event that is relayed late must be kept like a new one.
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
    ],
  }
}

/** A key's partition is fixed for good: a topic with other partitions than the log's cannot carry it. */
async function refuseTooFew(admin: Admin, wanted: readonly { name: string; partitions: number }[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) })
  const found = new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
  for (const { name, partitions } of wanted) {
    const count = found.get(name) ?? 0
    if (count >= partitions) continue
    throw new ParleyError('kafka.partitions', `Topic ${name} has ${count} partitions; the log has ${partitions}.`)
  }
}
