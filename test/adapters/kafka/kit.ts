import type { CarrierListener, CarrierPartition, CloudEvent, IncomingRecord, OutgoingRecord } from '@parley/core'
import { KafkaCarrier } from '../../../adapters/kafka/kafka-carrier.ts'
import { type KafkaSettings, kafkaSettings } from '../../../adapters/kafka/settings.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

export const tenant = '11111111-1111-7111-8111-111111111111'

export function settings(brokers: string, given: object = {}): KafkaSettings {
  const { value, error } = kafkaSettings.validate({ brokers: brokers.split(','), ...given })
  if (error !== undefined) throw error
  return value
}

export function carrier(brokers: string, topicPrefix: string, given: object = {}): KafkaCarrier {
  return new KafkaCarrier(settings(brokers, { topicPrefix, ...given }), silentLogger)
}

/** The event that stands at an offset: its number is the offset. */
export function outgoing(topic: string, part: number, off: number, log = 'log'): OutgoingRecord {
  const event: CloudEvent<string> = {
    specversion: '1.0',
    id: `id-${part}-${off}`,
    source: '/test',
    type: 'test.noted.v1',
    subject: 'a note',
    time: '2026-01-01T00:00:00.000Z',
    tenantid: tenant,
    partitionkey: `${tenant}/k${part}`,
    correlationid: 'c',
    causationid: 'b',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: JSON.stringify({ n: off, text: 'grüße 🎉' }),
  }
  return { log, position: { topic, part, off: BigInt(off) }, event }
}

/** Writes down what a follower is told. */
export class Told implements CarrierListener {
  readonly got = new Map<number, IncomingRecord[]>()
  readonly live_ = new Set<number>()
  losses = 0

  records({ part }: CarrierPartition, records: readonly IncomingRecord[]): void {
    this.got.set(part, [...(this.got.get(part) ?? []), ...records])
  }

  live(partitions: readonly CarrierPartition[]): void {
    for (const { part } of partitions) this.live_.add(part)
  }

  lost(): void {
    this.losses += 1
    this.live_.clear()
  }

  offsets(part: number): number[] {
    return (this.got.get(part) ?? []).map(({ off }) => Number(off))
  }
}
