import { context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'

/** `00-<trace id>-<span id>-<flags>`; `undefined` outside of any trace. */
export function traceparentOf(spanContext: SpanContext | undefined): string | undefined {
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return undefined
  const flags = spanContext.traceFlags.toString(16).padStart(2, '0')
  return `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`
}

/** `undefined` for what is none, or none that can be understood. */
export function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  if (traceparent === undefined) return undefined
  const parsed = parseTraceParent(traceparent)
  return parsed === null ? undefined : { ...parsed, isRemote: true }
}

/** Of what runs now. */
export function currentTraceparent(): string | undefined {
  return traceparentOf(trace.getSpanContext(context.active()))
}
