import type { InboundContent } from '@parley/core'
import { clean } from '../../../meta/clean.ts'
import { clipped } from '../../../meta/clipped.ts'
import { asRecord, asText, type Json, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** `{ type, <type>: {…} }`: a tap on a button or list row of ours, a submitted form, an answer to a request. */
export const readInteractive: KindReader = (body) => {
  const fields = asRecord(body)
  const type = asText(fields?.type)
  const answer = type === undefined ? undefined : asRecord(fields?.[type])
  if (type === undefined || answer === undefined) return undefined
  if (type === 'button_reply') return tap('button', answer)
  if (type === 'list_reply') return tap('list', answer)
  if (type === 'nfm_reply') return form(answer)
  // `call_permission_reply` and whatever comes next: a choice of the customer, kept with its data.
  return { kind: 'system', event: type, data: answer }
}

function tap(source: 'button' | 'list', answer: Json): InboundContent | undefined {
  const payload = clipped(answer.id)
  const text = clipped(answer.title) ?? payload
  if (text === undefined) return undefined
  const description = clipped(answer.description)
  const data = description === undefined ? undefined : { description }
  return { kind: 'reply', source, text, ...present({ payload, data }) }
}

/**
 * A flow or an address form: `{ name, body, response_json }`. `response_json` is JSON in a string, written by whoever designed
 * the form; when it is no object, its text is kept as it came.
 */
function form(answer: Json): InboundContent {
  const name = clipped(answer.name)
  const data = answersOf(answer.response_json)
  const payload = clipped(data?.flow_token) ?? name
  return { kind: 'reply', source: 'flow', text: clipped(answer.body) ?? name ?? '', ...present({ payload, data }) }
}

function answersOf(value: unknown): Json | undefined {
  if (typeof value !== 'string') return asRecord(value)
  try {
    return asRecord(clean(JSON.parse(value))) ?? { response: value }
  } catch {
    return { response: value } // No JSON, or nested without end: still what the customer submitted.
  }
}
