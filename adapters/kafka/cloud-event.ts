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
].map((name) => [name, `ce_${name}`] as const)

/** Without the topic; the partition is the log's. */
export function toMessage({ log, position, event }: OutgoingRecord): Message {
  const headers: IHeaders = {
    'content-type': 'application/json',
    ce_logid: log,
    ce_logpart: String(position.part),
    ce_logoff: String(position.off),
  }
  const values = event as unknown as Readonly<Record<string, string | undefined>>
  for (const [name, header] of attributes) if (values[name] !== undefined) headers[header] = values[name]
  return { key: event.partitionkey, value: event.data, partition: position.part, headers }
}

/** `undefined` for what is no event of ours: another producer's, or damaged. */
export function fromMessage(
  partition: number,
  { headers = {}, value }: Pick<KafkaMessage, 'headers' | 'value'>,
): IncomingRecord | undefined {
  const log = text(headers.ce_logid)
  const off = text(headers.ce_logoff)
  if (log === undefined || off === undefined || !/^\d{1,18}$/.test(off) || value === null) return undefined
  if (text(headers.ce_logpart) !== String(partition) || text(headers.ce_specversion) !== '1.0') return undefined
  const data = parsed(value)
  const event = data === undefined ? undefined : eventOf(headers, data)
  return event && { log, off: BigInt(off), event }
}

/** Each attribute by its name, once for every event that is handled: a loop over names costs half as much again. */
function eventOf(headers: IHeaders, data: unknown): CloudEvent | undefined {
  const id = text(headers.ce_id)
  const source = text(headers.ce_source)
  const type = text(headers.ce_type)
  const time = text(headers.ce_time)
  const tenantid = text(headers.ce_tenantid)
  const partitionkey = text(headers.ce_partitionkey)
  const correlationid = text(headers.ce_correlationid)
  if (id === undefined || source === undefined || type === undefined || time === undefined) return undefined
  if (tenantid === undefined || partitionkey === undefined || correlationid === undefined) return undefined
  const subject = text(headers.ce_subject)
  const causationid = text(headers.ce_causationid)
  const traceparent = text(headers.ce_traceparent)
  return {
    ...{ specversion: '1.0', id, source, type, time, tenantid, partitionkey, correlationid, data },
    ...(subject === undefined ? {} : { subject }),
    ...(causationid === undefined ? {} : { causationid }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

function text(header: IHeaders[string]): string | undefined {
  const one = Array.isArray(header) ? header[0] : header
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
