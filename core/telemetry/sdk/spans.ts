import { type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api'

/** Marks a span as failed. Only what kind of failure: an error's message may quote what a customer said. */
export function failed(span: Span, error: unknown): void {
  span.setAttribute('error.type', errorType(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** `database.unavailable`, `ECONNRESET`, `TypeError`. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** Runs `work` inside the span, and ends it with what comes of it. */
export async function within<T>(span: Span, ctx: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(ctx, span), work)
  } catch (error) {
    failed(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** True when what is done now belongs to a trace that is recorded and still open. */
export function isTraced(): boolean {
  return trace.getActiveSpan()?.isRecording() === true
}

export function secondsSince(started: number): number {
  return (performance.now() - started) / 1000
}
