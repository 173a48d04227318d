import type { CloudEvent } from '@parley/core'
import { OFFERED } from './event-types.ts'

/** CloudEvents 1.0, structured mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md). */
export const CONTENT_TYPE = 'application/cloudevents+json; charset=utf-8'

/** The event as the receiver gets it; what is personal is left out unless the subscription may have it. */
export function payloadOf(event: CloudEvent, includePersonal: boolean): string {
  const { partitionkey: _internal, traceparent: _trace, data, ...envelope } = event
  const personal = OFFERED.find(({ type }) => type === event.type)?.personal ?? []
  const said = includePersonal ? data : without(data, personal)
  return JSON.stringify({ ...envelope, datacontenttype: 'application/json', data: said })
}

/** @param paths dot paths into the data, as the event type declares them */
function without(data: unknown, paths: readonly string[]): unknown {
  const copy: unknown = structuredClone(data)
  for (const path of paths) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    const parent = steps.reduce<unknown>((at, step) => (isFields(at) ? at[step] : undefined), copy)
    if (isFields(parent)) delete parent[last]
  }
  return copy
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
