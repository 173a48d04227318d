import type { OutgoingRecord } from '@parley/core'

export interface PortionLimits {
  /** kafkajs makes one record batch of what a request has for a partition; the broker refuses one above `max.message.bytes`. */
  readonly batchBytes: number
  /** Of a whole request; the broker's `socket.request.max.bytes`. */
  readonly requestBytes: number
}

/** What the attributes, their names and the record's own frame take, at most. */
const ENVELOPE_BYTES = 2_048

/**
 * Cuts what is to be published into requests that the broker takes, in order. A record that is too large by itself gets a
 * request of its own: the broker may still allow it.
 */
export function portions(records: readonly OutgoingRecord[], limits: PortionLimits): readonly OutgoingRecord[][] {
  const all: OutgoingRecord[][] = []
  let portion: OutgoingRecord[] = []
  let total = 0
  let byPartition = new Map<string, number>()
  for (const record of records) {
    const bytes = Buffer.byteLength(record.event.data) + ENVELOPE_BYTES
    const partition = `${record.position.topic}/${record.position.part}`
    const before = byPartition.get(partition) ?? 0
    const fits = before + bytes <= limits.batchBytes && total + bytes <= limits.requestBytes
    if (!fits && portion.length > 0) {
      all.push(portion)
      portion = []
      total = 0
      byPartition = new Map()
    }
    portion.push(record)
    total += bytes
    byPartition.set(partition, (byPartition.get(partition) ?? 0) + bytes)
  }
  if (portion.length > 0) all.push(portion)
  return all
}
