import { context, metrics, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api'
import type { DeliverySpan, Handed, Sent, Traced, Tracing } from '../tracing.ts'
import { InHand, placeOf, withGroup } from './in-hand.ts'
import * as names from './names.ts'
import { deliverySpan, linksTo, parentContext, processBatch } from './process-spans.ts'
import { errorType, failed, isTraced, secondsSince, within } from './spans.ts'
import { currentTraceparent, traceparentOf } from './traceparent.ts'

export interface OtelTracingOptions {
  readonly tracer: Tracer
  /** Tenant ids as labels of metrics. */
  readonly tenantLabels: boolean
}

/** Work of the event engine as spans and durations. */
export class OtelTracing implements Tracing {
  readonly #tracer: Tracer
  readonly #tenantLabels: boolean
  readonly #hands = new InHand()
  readonly #processed = duration(
    names.PROCESS_DURATION,
    'Handling of deliveries: a transaction, or one event of a stream.',
  )
  readonly #operated = duration(names.OPERATION_DURATION, 'Appends to the event log.')

  constructor(options: OtelTracingOptions) {
    this.#tracer = options.tracer
    this.#tenantLabels = options.tenantLabels
  }

  current(): string | undefined {
    return currentTraceparent()
  }

  causedBy(eventId: string | undefined): string | undefined {
    return (eventId === undefined ? undefined : placeOf(eventId)) ?? currentTraceparent()
  }

  async send<T>(events: readonly Sent[], work: () => Promise<T>): Promise<T> {
    const { attributes, name } = sending(events)
    const started = performance.now()
    let error: unknown
    try {
      // Under a span that has ended there is nothing to add to.
      if (trace.getActiveSpan() !== undefined && !isTraced()) return await work()
      const span = this.#tracer.startSpan(name, {
        kind: SpanKind.PRODUCER,
        attributes: { ...attributes, [names.BATCH_SIZE]: events.length },
      })
      return await within(span, context.active(), work)
    } catch (thrown) {
      error = thrown
      throw thrown
    } finally {
      this.#operated.record(secondsSince(started), { ...attributes, ...failure(error) })
    }
  }

  flush<T>(calls: readonly Traced[], work: () => Promise<T>): Promise<T> {
    const places = new Set(calls.map(({ traceparent }) => traceparent))
    const [only] = places
    if (places.size === 1 && only === undefined) return work()
    const span = this.#tracer.startSpan(
      'log flush',
      { attributes: { 'parley.flush.calls': calls.length }, links: places.size === 1 ? [] : linksTo(calls) },
      places.size === 1 ? parentContext(only) : ROOT_CONTEXT,
    )
    return within(span, ROOT_CONTEXT, work)
  }

  async process<T>(group: string, deliveries: readonly Handed[], work: () => Promise<T>): Promise<T> {
    if (deliveries.length === 0) return work()
    const started = performance.now()
    let error: unknown
    try {
      return await processBatch(this.#tracer, group, deliveries, this.#hands.of(group), work)
    } catch (thrown) {
      error = thrown
      throw thrown
    } finally {
      this.#record(group, deliveries, started, error)
    }
  }

  resume<T>(name: string, from: string | undefined, work: () => Promise<T>): Promise<T> {
    const ctx = parentContext(from)
    return within(this.#tracer.startSpan(name, {}, ctx), ctx, work)
  }

  deliver(group: string, handed: Handed): DeliverySpan {
    const started = performance.now()
    const span = deliverySpan(this.#tracer, group, handed)
    const places = this.#hands.of(group)
    const place = traceparentOf(span.spanContext())
    if (place !== undefined) places.set(handed.event.id, place)
    const ctx = trace.setSpan(withGroup(ROOT_CONTEXT, places), span)
    let over = false
    return {
      run: (work) => context.with(ctx, work),
      end: (error) => {
        if (over) return
        over = true
        if (error !== undefined) failed(span, error)
        span.end()
        if (places.get(handed.event.id) === place) places.delete(handed.event.id)
        this.#record(group, [handed], started, error)
      },
    }
  }

  #record(group: string, deliveries: readonly Handed[], started: number, error: unknown): void {
    const tenants = this.#tenantLabels ? [...new Set(deliveries.map(({ event }) => event.tenantid))] : []
    this.#processed.record(secondsSince(started), {
      [names.SYSTEM]: 'parley',
      [names.OPERATION]: 'process',
      [names.GROUP]: group,
      ...(tenants.length === 1 ? { [names.TENANT]: tenants[0] } : {}),
      ...failure(error),
    })
  }
}

function sending(events: readonly Sent[]) {
  const topics = new Set(events.map((sent) => ('topic' in sent ? sent.topic : sent.event.type.topic)))
  const one = topics.size === 1 ? [...topics][0] : undefined
  const attributes = {
    [names.SYSTEM]: 'parley',
    [names.OPERATION]: 'send',
    [names.OPERATION_TYPE]: 'send',
    ...(one === undefined ? {} : { [names.DESTINATION]: one }),
  }
  return { attributes, name: `send ${one ?? 'log'}` }
}

function failure(error: unknown) {
  return error === undefined ? {} : { 'error.type': errorType(error) }
}

function duration(name: string, description: string) {
  const advice = { explicitBucketBoundaries: names.SECONDS }
  return metrics.getMeter('parley').createHistogram(name, { unit: 's', description, advice })
}
