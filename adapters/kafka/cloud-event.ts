import type { CloudEvent, IncomingRecord, OutgoingRecord } from '@parley/core'
import type { IHeaders, KafkaMessage, Message } from 'kafkajs'

/**
 * CloudEvents 1.0 on Kafka in binary mode: each attribute is a header `ce_<name>`, the value is the data and nothing else,
 * the key is the attribute `partitionkey`. Where the event stands in the log travels as extensions: `logid`, `logpart`,
 * `logoff`. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
const attributes = [
  ...['specversion', 'id', 'source', 'type', 'subject', 'time'],
  ...['tenantid', 'partitionkey', 'correlationid', 'causationid', 'traceparent'],
] as const

const required = ['id', 'source', 'type', 'time', 'tenantid', 'partitionkey', 'correlationid'] as const
const optional = ['subject', 'causationid', 'traceparent'] as const

/** Without the topic; the partition is the log's. */
export function toMessage({ log, position, event }: OutgoingRecord): Message {
  const headers: IHeaders = {
    'content-type': 'application/json',
    ce_logid: log,
    ce_logpart: String(position.part),
    ce_logoff: String(position.off),
  }
  const values = event as unknown as Readonly<Record<string, string | undefined>>
  for (const name of attributes) if (values[name] !== undefined) headers[`ce_${name}`] = values[name]
  return { key: event.partitionkey, value: event.data, partition: position.part, headers }
}

/** `undefined` for what is no event of ours: another producer's, or damaged. */
export function fromMessage(
  partition: number,
  message: Pick<KafkaMessage, 'headers' | 'value'>,
): IncomingRecord | undefined {
  const { headers = {}, value } = message
  const log = text(headers, 'logid')
  const off = text(headers, 'logoff')
  if (log === undefined || off === undefined || !/^\d{1,18}$/.test(off) || value === null) return undefined
  if (text(headers, 'logpart') !== String(partition) || text(headers, 'specversion') !== '1.0') return undefined
  const found: Record<string, unknown> = { specversion: '1.0' }
  for (const name of required) {
    const one = text(headers, name)
    if (one === undefined) return undefined
    found[name] = one
  }
  for (const name of optional) {
    const one = text(headers, name)
    if (one !== undefined) found[name] = one
  }
  const data = parsed(value)
  if (data === undefined) return undefined
  found.data = data
  return { log, off: BigInt(off), event: found as unknown as CloudEvent }
}

function text(headers: IHeaders, name: string): string | undefined {
  const value = headers[`ce_${name}`]
  const one = Array.isArray(value) ? value[0] : value
  return one === undefined ? undefined : one.toString()
}

/** JSON holds no `undefined`, so it can say that this is none. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
