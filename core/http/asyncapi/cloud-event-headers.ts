import type { JsonSchema } from '../openapi/json-schema.ts'

/** The shared schema's name. */
export const HEADERS = 'CloudEventHeaders'

/** The attribute `partitionkey` is the message's key (CloudEvents Kafka binding 1.0.2, §3.1 and its partitioning extension). */
export const KEY: JsonSchema = { type: 'string', description: '`<tenantid>/<key>`: what the order is kept for.' }

const text = (description: string, more: JsonSchema = {}): JsonSchema => ({ type: 'string', description, ...more })

const required: Readonly<Record<string, JsonSchema>> = {
  'content-type': { const: 'application/json' },
  ce_specversion: { const: '1.0' },
  ce_id: text('UUIDv7.', { format: 'uuid' }),
  ce_source: text('`/plugins/inbox`, `/adapters/whatsapp`.', { format: 'uri-reference' }),
  ce_type: text('What happened, with its version.'),
  ce_time: text('UTC.', { format: 'date-time' }),
  ce_tenantid: text('Whose event it is.', { format: 'uuid' }),
  ce_partitionkey: KEY,
  ce_correlationid: text('The same for everything that one outside cause led to.'),
  ce_logid: text('Which log the event stands in.'),
  ce_logpart: text("Its partition there, and the topic's.", { pattern: '^[0-9]+$' }),
  ce_logoff: text('Its offset there: without a gap, in the order of commits.', { pattern: '^[0-9]+$' }),
}

const optional: Readonly<Record<string, JsonSchema>> = {
  ce_subject: text('What the event is about, where that is not the key.'),
  ce_causationid: text('The event that led to this one.'),
  ce_traceparent: text('W3C Trace Context.'),
}

/** The headers that every event has on Kafka. */
export function cloudEventHeaders(): JsonSchema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } }
}
