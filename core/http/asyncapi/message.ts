import type { EventType } from '../../plugin/event.ts'
import type { Definitions } from '../openapi/definitions.ts'
import { HEADERS, KEY } from './cloud-event-headers.ts'
import { inDialect } from './dialect.ts'

/** The latest Kafka bindings that AsyncAPI 3.0 knows. */
export const BINDING_VERSION = '0.5.0'

/** An event type as an AsyncAPI message. Definitions that its schema brings along are added to `definitions`. */
export function messageOf(type: EventType, definitions: Definitions): Record<string, unknown> {
  return {
    name: type.type,
    title: type.type,
    summary: type.summary,
    contentType: 'application/json',
    headers: {
      allOf: [
        { $ref: `#/components/schemas/${HEADERS}` },
        { type: 'object', properties: { ce_type: { const: type.type } } },
      ],
    },
    payload: inDialect(definitions.schemaOf(type.schema)),
    correlationId: {
      description: 'The same for everything that one outside cause led to.',
      location: '$message.header#/ce_correlationid',
    },
    bindings: { kafka: { key: KEY, bindingVersion: BINDING_VERSION } },
    ...(type.personal.length === 0 ? {} : { 'x-personal': type.personal }),
  }
}
