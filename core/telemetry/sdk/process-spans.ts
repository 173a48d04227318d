import {
  type Attributes,
  type context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { Handed, Traced } from '../tracing.ts'
import { withGroup } from './in-hand.ts'
import * as names from './names.ts'
import { failed, within } from './spans.ts'
import { spanContextOf, traceparentOf } from './traceparent.ts'

/** Attributes that spans of all deliveries have. */
export function groupAttributes(group: string, topic: string | undefined): Attributes {
  return {
    [names.SYSTEM]: 'parley',
    [names.OPERATION]: 'process',
    [names.OPERATION_TYPE]: 'process',
    [names.GROUP]: group,
    ...(topic === undefined ? {} : { [names.DESTINATION]: topic }),
  }
}

/** What one delivery's span says beyond that. */
export function deliveryAttributes({ event, position }: Handed): Attributes {
  return {
    [names.MESSAGE_ID]: event.id,
    [names.CONVERSATION_ID]: event.correlationid,
    [names.PARTITION]: String(position.part),
    [names.EVENT_TYPE]: event.type,
    [names.TENANT]: event.tenantid,
  }
}

/** A span that continues the trace of an event. */
export function deliverySpan(tracer: Tracer, group: string, handed: Handed, links: Link[] = []): Span {
  const attributes = { ...groupAttributes(group, handed.position.topic), ...deliveryAttributes(handed) }
  const options = { kind: SpanKind.CONSUMER, attributes, links }
  return tracer.startSpan(`process ${handed.position.topic}`, options, parentContext(handed.event.traceparent))
}

/**
 * Runs one transaction over deliveries as spans. A single delivery, or several of one place: one span in their trace, with all
 * of the work below it. Several of different traces: a span of the batch, in a trace of its own, that is linked to each and has the
 * work below it; beside it, for every delivery of a recorded trace, a span there that links back to the batch.
 */
export async function processBatch<T>(
  tracer: Tracer,
  group: string,
  deliveries: readonly Handed[],
  places: Map<string, string>,
  work: () => Promise<T>,
): Promise<T> {
  const [first] = deliveries
  if (first === undefined) return work()
  const alone = deliveries.every(({ event }) => event.traceparent === first.event.traceparent)
  const batch =
    deliveries.length === 1 ? deliverySpan(tracer, group, first) : batchSpan(tracer, group, deliveries, alone)
  const linked = deliveries.length === 1 || alone ? [] : linkedSpans(tracer, group, deliveries, batch)
  const own = new Map(linked.map(({ eventId, span }) => [eventId, traceparentOf(span.spanContext())]))
  const whole = traceparentOf(batch.spanContext())
  for (const { event } of deliveries) keep(places, event.id, own.get(event.id) ?? whole)
  try {
    return await within(batch, withGroup(ROOT_CONTEXT, places), work)
  } catch (error) {
    for (const { span } of linked) failed(span, error)
    throw error
  } finally {
    for (const { span } of linked) span.end()
    for (const { event } of deliveries) places.delete(event.id)
  }
}

function batchSpan(tracer: Tracer, group: string, deliveries: readonly Handed[], alone: boolean): Span {
  const topics = new Set(deliveries.map(({ position }) => position.topic))
  const [topic] = topics
  const one = topics.size === 1 ? topic : undefined
  const attributes = { ...groupAttributes(group, one), [names.BATCH_SIZE]: deliveries.length }
  const parents = deliveries.map(({ event }) => event)
  const options = { kind: SpanKind.CONSUMER, attributes, links: alone ? [] : linksTo(parents) }
  const parent = alone ? parentContext(deliveries[0]?.event.traceparent) : ROOT_CONTEXT
  return tracer.startSpan(`process ${one ?? group}`, options, parent)
}

function linkedSpans(tracer: Tracer, group: string, deliveries: readonly Handed[], batch: Span) {
  const links = [{ context: batch.spanContext() }]
  return deliveries
    .filter(({ event }) => event.traceparent !== undefined)
    .map((handed) => ({ eventId: handed.event.id, span: deliverySpan(tracer, group, handed, links) }))
}

/** One link for each place, however many come from there. */
export function linksTo(from: readonly Partial<Traced>[]): Link[] {
  const places = new Set(from.map(({ traceparent }) => traceparent))
  return [...places].flatMap((place) => {
    const target = spanContextOf(place)
    return target === undefined ? [] : [{ context: target }]
  })
}

/** What a span under this place starts in; a new trace for none. */
export function parentContext(traceparent: string | undefined): ReturnType<typeof context.active> {
  const parent = spanContextOf(traceparent)
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
}

function keep(places: Map<string, string>, eventId: string, place: string | undefined): void {
  if (place !== undefined) places.set(eventId, place)
}
