import type { LogRecord } from '../contracts/ports/event-transport.ts'
import type { CloudEvent, Position } from '../plugin/event.ts'

/** A row of the log as the engine's functions return it; `type` and later are null when the event is no longer there. */
export interface LogRow {
  readonly topic: string
  readonly part: number
  /** bigint as pg gives it, or a number out of JSON. */
  readonly off: string | number
  readonly id: string | null
  readonly tenant_id: string
  readonly key: string
  readonly type: string | null
  readonly data: unknown
  readonly headers: Readonly<Record<string, unknown>> | null
}

/** Turns a row into a CloudEvent. Never throws: what cannot be understood is a value. */
export function toRecord(row: LogRow): LogRecord {
  const position: Position = { topic: row.topic, part: row.part, off: BigInt(row.off) }
  const { headers, type, id } = row
  if (headers === null || type === null || id === null) return gone(row, position)
  const { source, time, correlationid } = headers
  const usable =
    row.data !== null && typeof source === 'string' && typeof time === 'string' && typeof correlationid === 'string'
  if (!usable) return undecodable(row, position)
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source,
    type,
    time,
    tenantid: row.tenant_id,
    partitionkey: row.key,
    correlationid,
    ...optional(headers),
    data: row.data,
  }
  return { position, event }
}

function optional(headers: Readonly<Record<string, unknown>>): {
  subject?: string
  causationid?: string
  traceparent?: string
} {
  const found: { subject?: string; causationid?: string; traceparent?: string } = {}
  if (typeof headers.subject === 'string') found.subject = headers.subject
  if (typeof headers.causationid === 'string') found.causationid = headers.causationid
  if (typeof headers.traceparent === 'string') found.traceparent = headers.traceparent
  return found
}

function gone(row: LogRow, position: Position): LogRecord {
  const reason = 'The event is no longer in the log: its segment was dropped.'
  return { position, undecodable: { tenantId: row.tenant_id, key: row.key, reason, raw: '' } }
}

function undecodable(row: LogRow, position: Position): LogRecord {
  return {
    position,
    undecodable: {
      tenantId: row.tenant_id,
      key: row.key,
      ...(row.type === null ? {} : { type: row.type }),
      reason: 'Data, source, time or correlationid is missing.',
      raw: JSON.stringify({ data: row.data, headers: row.headers }),
    },
  }
}
