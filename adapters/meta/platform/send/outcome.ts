import type { SendResult } from '@parley/core'
import type { GraphAnswer } from '../../graph-client.ts'
import { asRecord, asText } from '../../json.ts'
import { refusalOf as metaRefusalOf, type SendRefusal } from '../../refusal.ts'
import { classify } from './errors.ts'

/** `undefined` when Graph answered 2xx without an error. */
export function refusalOf(answer: GraphAnswer, secrets: readonly string[]): SendRefusal | undefined {
  return metaRefusalOf(answer, secrets, classify)
}

/** `{ recipient_id, message_id }`; a sender action has no message id, and `instead` stands for it. */
export function sendOutcome(answer: GraphAnswer, secrets: readonly string[], instead: string | undefined): SendResult {
  const refusal = refusalOf(answer, secrets)
  if (refusal !== undefined) return refusal
  const externalId = answer.outcome === 'answered' ? asText(asRecord(answer.body)?.message_id) : undefined
  const id = externalId ?? instead
  if (id === undefined)
    return { ok: false, failure: 'unknown', code: 'no-message-id', detail: 'Graph answered without a message id.' }
  return { ok: true, externalId: id }
}
