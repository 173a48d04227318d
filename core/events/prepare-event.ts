import { hash } from 'node:crypto'
import { ParleyError } from '../plugin/errors.ts'
import type { NewEvent } from '../plugin/event.ts'
import { newId } from '../plugin/new-id.ts'
import type { Clock } from '../plugin/services.ts'
import type { PendingEvent, PrepareContext } from './appender.ts'
import type { EventRegistry } from './registry.ts'
import { storableJson, storableText } from './storable-text.ts'

export interface PrepareParts {
  readonly registry: EventRegistry
  readonly clock: Clock
  readonly maxEventBytes: number
}

/** Nothing is converted: what is published must be what the schema says. */
const strict = { convert: false, abortEarly: true }

/**
 * Checks an event against its schema and fixes its bytes.
 *
 * @throws ParleyError `event.unregistered`, `event.invalid` naming the field, `event.too-large`
 */
export function prepareEvent(
  parts: PrepareParts,
  tenantId: string,
  event: NewEvent,
  context: PrepareContext,
): PendingEvent {
  const { type, topic } = event.type
  if (parts.registry.get(type) === undefined) {
    throw new ParleyError('event.unregistered', `Event type ${type} is published, but no plugin's manifest lists it.`)
  }
  const data = storableJson(validated(event))
  if (Buffer.byteLength(data) > parts.maxEventBytes) {
    throw new ParleyError(
      'event.too-large',
      `${type} holds ${Buffer.byteLength(data)} bytes; at most ${parts.maxEventBytes} fit. Put the large part into the object store.`,
    )
  }
  const key = partitionKey(tenantId, event.key)
  const time = parts.clock.now().toISOString()
  return {
    id: newId(),
    topic,
    tenantId,
    hash: hashOf(key),
    key,
    type,
    time,
    headers: storableJson(headers(event, context, time)),
    data,
  }
}

/** `<tenantid>/<key>`: the order of a topic is kept for equal partition keys. */
export function partitionKey(tenantId: string, key: string): string {
  return storableText(`${tenantId}/${key}`)
}

/** 32 bits of a partition key, stable for good: the partition is this modulo the topic's partition count. */
export function hashOf(key: string): number {
  return Number.parseInt(hash('sha1', key).slice(0, 8), 16)
}

function validated(event: NewEvent): unknown {
  const { error, value } = event.type.schema.validate(event.data, strict)
  if (error === undefined) return value
  const [first] = error.details
  const field = first?.path.join('.') ?? ''
  throw new ParleyError('event.invalid', `${event.type.type}: ${error.message}`, {
    details: { type: event.type.type, field },
  })
}

function headers(event: NewEvent, context: PrepareContext, time: string): Record<string, string> {
  const all = {
    source: context.source,
    time,
    correlationid: event.correlationId ?? context.correlationId,
    causationid: event.causationId ?? context.causationId,
    traceparent: context.traceparent,
    subject: event.subject,
  }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
