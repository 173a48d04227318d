import { type Context, type Link, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api'
import { SamplingDecision } from '@opentelemetry/sdk-trace'
import { expect } from 'chai'
import { WholeTraceSampler } from '../../../core/telemetry/sdk/sampler.ts'
import { spanContextOf, traceparentOf } from '../../../core/telemetry/sdk/traceparent.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SAMPLED = `00-${TRACE}-b7ad6b7169203331-01`
const DROPPED = `00-${TRACE}-b7ad6b7169203331-00`

const place = (traceparent: string) => {
  const found = spanContextOf(traceparent)
  if (found === undefined) throw new Error(`expected a traceparent, got ${traceparent}`)
  return found
}
const isRecorded = (ctx: Context, links: readonly Link[] = [], ratio = 0) =>
  new WholeTraceSampler(ratio).shouldSample(ctx, TRACE, '', SpanKind.INTERNAL, {}, links).decision ===
  SamplingDecision.RECORD_AND_SAMPLED
const under = (traceparent: string) => trace.setSpanContext(ROOT_CONTEXT, place(traceparent))
const underLocal = (isRecording: boolean) => {
  const span = { spanContext: () => ({ ...place(SAMPLED), isRemote: false }), isRecording: () => isRecording }
  return trace.setSpan(ROOT_CONTEXT, span as unknown as Span)
}

describe('which spans are recorded', () => {
  it('follows the trace that an event came with, whatever the share of new ones', () => {
    expect([isRecorded(under(SAMPLED), [], 0), isRecorded(under(DROPPED), [], 1)]).to.deep.equal([true, false])
  })

  it('leaves out what is done under a span that has ended: it is somebody else’s work', () => {
    expect([isRecorded(underLocal(true)), isRecorded(underLocal(false))]).to.deep.equal([true, false])
  })

  it('keeps a batch when any of its events is recorded, so that no trace loses a part', () => {
    const links = (...to: readonly string[]) => to.map((one) => ({ context: place(one) }))
    expect(isRecorded(ROOT_CONTEXT, links(DROPPED, SAMPLED), 0)).to.equal(true)
    expect(isRecorded(ROOT_CONTEXT, links(DROPPED), 1)).to.equal(false)
  })

  it('takes a share of what begins here', () => {
    expect([isRecorded(ROOT_CONTEXT, [], 1), isRecorded(ROOT_CONTEXT, [], 0)]).to.deep.equal([true, false])
  })
})

describe('a traceparent', () => {
  it('is written as it was read, and what is none is none', () => {
    expect(traceparentOf(place(SAMPLED))).to.equal(SAMPLED)
    for (const wrong of [undefined, '', 'x', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `${SAMPLED}-more`])
      expect(spanContextOf(wrong), String(wrong)).to.equal(undefined)
    expect(traceparentOf({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })).to.equal(undefined)
  })
})
