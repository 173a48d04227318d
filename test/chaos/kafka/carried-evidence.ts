import type { IHeaders } from 'kafkajs'
import type { Knex } from 'knex'
import { relayGroup } from '../../../core/events/carrier/relay-store.ts'
import { connect } from '../../kafka/client.ts'
import { stepped } from '../model.ts'
import { type CarriedRecord, type CarriedVerdict, checkCarried, type LoggedEvent } from './carried-checker.ts'

const READ_MS = 60_000

/** Reads the topic as any client of Kafka would, and holds it against the log. */
export async function checkTopic(admin: Knex, brokers: string, prefix: string): Promise<CarriedVerdict> {
  const log = await rows<{ part: number; off: string; id: string }>(
    admin,
    'select part, off, id from parley.log where topic = ? order by part, off',
    [stepped.topic],
  )
  const lows = await rows<{ part: number; low: string }>(
    admin,
    'select part, low from parley.cursor where grp = ? and topic = ?',
    [relayGroup, stepped.topic],
  )
  return checkCarried(
    log.map((row): LoggedEvent => ({ ...row, off: Number(row.off) })),
    new Map(lows.map(({ part, low }) => [part, Number(low)])),
    await readTopic(brokers, `${prefix}${stepped.topic}`, `${prefix}evidence`),
  )
}

/** All that a topic holds now. */
export async function readTopic(brokers: string, topic: string, groupId: string): Promise<readonly CarriedRecord[]> {
  const client = connect(brokers)
  const missing = await endsOf(client, topic)
  if (missing.size === 0) return []
  const found: CarriedRecord[] = []
  const consumer = client.consumer({ groupId, allowAutoTopicCreation: false })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const all = Promise.withResolvers<void>()
  const late = setTimeout(() => all.reject(new Error(`${topic} was not read within ${READ_MS} ms`)), READ_MS)
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { headers = {}, offset } of batch.messages) {
        found.push(recordOf(batch.partition, headers))
        if (Number(offset) + 1 >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition)
      }
      if (missing.size === 0) all.resolve()
    },
  })
  await all.promise
  clearTimeout(late)
  await consumer.disconnect()
  return found
}

async function endsOf(client: ReturnType<typeof connect>, topic: string): Promise<Map<number, number>> {
  const admin = client.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  return new Map(
    ends
      .filter(({ high }) => Number(high) > 0)
      .map(({ partition, high }): [number, number] => [partition, Number(high)]),
  )
}

function recordOf(partition: number, headers: IHeaders): CarriedRecord {
  const header = (name: string) => String(headers[name])
  return { partition, logpart: Number(header('ce_logpart')), logoff: Number(header('ce_logoff')), id: header('ce_id') }
}

async function rows<T>(admin: Knex, sql: string, values: readonly string[]): Promise<T[]> {
  const result = await admin.raw<{ rows: T[] }>(sql, values)
  return result.rows
}
