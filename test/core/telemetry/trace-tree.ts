import type { CollectedSpan } from './collector.ts'

/** The spans of one trace as an indented tree, in the order in which they began: process, name, group, time, links. */
export function treeOf(spans: readonly CollectedSpan[], traceId: string): string {
  const trace = spans.filter((span) => span.traceId === traceId)
  const known = new Set(trace.map(({ spanId }) => spanId))
  const first = trace.reduce(
    (least, span) => (span.startNano < least ? span.startNano : least),
    trace[0]?.startNano ?? 0n,
  )
  const lines = (parent: string, depth: number): string[] =>
    trace
      .filter(({ parentSpanId }) => (known.has(parentSpanId) ? parentSpanId : '') === parent)
      .sort((a, b) => Number(a.startNano - b.startNano))
      .flatMap((span) => [lineOf(span, depth, first), ...lines(span.spanId, depth + 1)])
  return lines('', 0).join('\n')
}

function lineOf(span: CollectedSpan, depth: number, first: bigint): string {
  const ms = (nano: bigint) => (Number(nano) / 1e6).toFixed(1)
  const { 'messaging.consumer.group.name': group } = span.attributes
  const name = `${'  '.repeat(depth)}${span.name}${group === undefined ? '' : ` (${group})`}`.padEnd(60)
  const links = span.links.length === 0 ? '' : `  ${span.links.length} link(s)`
  return `${span.service.padEnd(8)} ${name} +${ms(span.startNano - first)} ms, ${ms(span.endNano - span.startNano)} ms${links}`
}

/** Spans whose parent, or a link of which, leads to nothing that was collected. */
export function gapsIn(spans: readonly CollectedSpan[]): readonly string[] {
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`))
  return spans.flatMap(({ traceId, parentSpanId, name, service, links }) => {
    const wanted = [...(parentSpanId === '' ? [] : [{ traceId, spanId: parentSpanId }]), ...links]
    const lost = wanted.filter((place) => !known.has(`${place.traceId}/${place.spanId}`))
    return lost.map((place) => `${name} of ${service} leads to ${place.traceId}/${place.spanId}`)
  })
}
