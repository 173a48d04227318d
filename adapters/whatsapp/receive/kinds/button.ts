import { clipped } from '../../../meta/clipped.ts'
import { asRecord, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** A tap on a quick-reply button of a template: `{ payload, text }`. */
export const readButton: KindReader = (body) => {
  const fields = asRecord(body)
  const payload = clipped(fields?.payload)
  const text = clipped(fields?.text) ?? payload
  if (text === undefined) return undefined
  return { kind: 'reply', source: 'template-button', text, ...present({ payload }) }
}
