import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api'
import { TraceFlags, trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision, type SamplingResult, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'

const DROP: SamplingResult = { decision: SamplingDecision.NOT_RECORD }
const RECORD: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }

/**
 * Whether a span is recorded:
 *
 * - under a parent of another process: as the parent
 * - under a parent of this process: as the parent, while that has not ended. After that it is somebody else's: a socket, a
 *   timer or a queue that was opened by one piece of work serves another one now, and would put it into the wrong trace
 * - with links and no parent (a batch): when any of what it links to is recorded, so that a recorded trace loses no part
 * - otherwise: a share of them, by trace id
 */
export class WholeTraceSampler implements Sampler {
  readonly #root: TraceIdRatioBasedSampler

  constructor(ratio: number) {
    this.#root = new TraceIdRatioBasedSampler(ratio)
  }

  shouldSample(
    ctx: Context,
    traceId: string,
    _name: string,
    _kind: SpanKind,
    _attributes: Attributes,
    links: readonly Link[],
  ): SamplingResult {
    const parent = trace.getSpan(ctx)
    const from = parent?.spanContext()
    if (parent !== undefined && from !== undefined && trace.isSpanContextValid(from)) {
      if (from.isRemote === true) return isSampled(from.traceFlags) ? RECORD : DROP
      return parent.isRecording() ? RECORD : DROP
    }
    if (links.length > 0) return links.some((link) => isSampled(link.context.traceFlags)) ? RECORD : DROP
    return this.#root.shouldSample(ctx, traceId)
  }

  toString(): string {
    return `WholeTraceSampler{${this.#root}}`
  }
}

function isSampled(flags: number): boolean {
  return (flags & TraceFlags.SAMPLED) !== 0
}
