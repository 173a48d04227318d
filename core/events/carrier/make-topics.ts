import type { Knex } from 'knex'
import type { CarrierTopic, EventCarrier } from '../../contracts/ports/event-carrier.ts'
import { LogStore } from '../store/log-store.ts'
import { RelayStore } from './relay-store.ts'

/** Makes topics in the log and at the broker, with the same partitions: those that the log has, or `partitions` for new ones. */
export async function makeCarrierTopics(
  knex: Knex,
  carrier: Pick<EventCarrier, 'ensureTopics'>,
  topics: readonly string[],
  partitions: number,
): Promise<readonly CarrierTopic[]> {
  await new LogStore(knex, partitions).ensureTopics(topics)
  const made = await new RelayStore(knex).topics(topics)
  await carrier.ensureTopics(made)
  return made
}
