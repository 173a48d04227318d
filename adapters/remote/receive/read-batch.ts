import type { ParsedWebhook, WebhookRequest } from '@parley/core'
import Joi from 'joi'
import { protocolVersion } from '../wire/protocol.ts'
import { EVENT_SCHEMAS, isEventType, type RemoteEvent } from './event-types.ts'
import { itemOf } from './item.ts'
import { faultOf, isDeeperThan, type SandboxRules } from './sandbox.ts'

/** An event that was not taken; `field` is a path from the top of the body. */
export interface Refused {
  readonly index: number
  readonly id?: string
  readonly field: string
  readonly code: 'event-invalid' | 'event-type-unknown' | 'event-not-allowed' | 'account-unknown'
  readonly detail: string
}

/** A batch as it was read, with what its answer needs. */
export interface ReadBatch extends Extract<ParsedWebhook, { ok: true }> {
  readonly refused: readonly Refused[]
  /** Place in the body of each item. */
  readonly places: readonly { readonly index: number; readonly id: string }[]
}

export interface BatchRules extends SandboxRules {
  readonly maxBatchEvents: number
}

interface Batch {
  readonly protocol: string
  readonly events: readonly unknown[]
}

export function batchSchema(maxBatchEvents: number): Joi.ObjectSchema<Batch> {
  return Joi.object({
    protocol: protocolVersion.required(),
    events: Joi.array().items(Joi.any()).max(maxBatchEvents).required(),
  }).required()
}

/** One bad event costs only itself; only a body that is no batch is refused whole. */
export function readBatch(
  request: WebhookRequest,
  rules: BatchRules,
): ReadBatch | Extract<ParsedWebhook, { ok: false }> {
  const json = parse(request.body)
  const { value, error } = batchSchema(rules.maxBatchEvents).validate(json)
  if (error !== undefined)
    return {
      ok: false,
      field: error.details[0]?.path.join('.') || 'body',
      detail: `${error.message}: expected a batch`,
    }
  const receivedAt = request.receivedAt ?? new Date(0)
  const refused: Refused[] = []
  const taken: { index: number; event: RemoteEvent }[] = []
  for (const [index, given] of value.events.entries()) {
    const read = readEvent(given, index, rules, receivedAt)
    if ('event' in read) taken.push({ index, event: read.event })
    else refused.push(read)
  }
  return {
    ok: true,
    items: taken.map(({ event }) => itemOf(event, rules.as)),
    unknown: taken.filter(({ event }) => event.type === 'unknown.received').length,
    refused,
    places: taken.map(({ index, event: { id } }) => ({ index, id })),
  }
}

function readEvent(
  given: unknown,
  index: number,
  rules: BatchRules,
  receivedAt: Date,
): { readonly event: RemoteEvent } | Refused {
  const at = (field: string) => (field === '' ? `events.${index}` : `events.${index}.${field}`)
  const { id, type } = Object(given) as { id?: unknown; type?: unknown }
  const known = { index, ...(typeof id === 'string' ? { id: id.slice(0, 200) } : {}) }
  if (isDeeperThan(given, rules.maxEventDepth)) {
    const detail = `nested deeper than ${rules.maxEventDepth} levels`
    return { ...known, field: at(''), code: 'event-invalid', detail }
  }
  if (!isEventType(type)) {
    const detail = `expected one of ${Object.keys(EVENT_SCHEMAS).join(', ')}`
    return { ...known, field: at('type'), code: 'event-type-unknown', detail }
  }
  const { value, error } = EVENT_SCHEMAS[type].validate(given, { convert: false, errors: { label: false } })
  if (error !== undefined) {
    const [first] = error.details
    const detail = first?.message ?? 'not what is expected'
    return { ...known, field: at(first?.path.join('.') ?? ''), code: 'event-invalid', detail }
  }
  const fault = faultOf(value, rules, receivedAt)
  if (fault === undefined) return { event: value }
  return { ...known, field: at(fault.field), code: 'event-not-allowed', detail: fault.detail }
}

/** Bytes that are not UTF-8 are none of this protocol's, rather than text with holes. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined // The schema then says that an object was expected.
  }
}
