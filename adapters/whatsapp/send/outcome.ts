import type { SendResult } from '@parley/core'
import type { GraphAnswer } from '../../meta/graph-client.ts'
import { asList, asRecord, asText } from '../../meta/json.ts'
import { refusalOf as metaRefusalOf, type SendRefusal } from '../../meta/refusal.ts'
import { classify } from './errors.ts'

/** `{ messages: [{ id, message_status? }] }`. `secrets` are kept out of the words that Graph says. */
export function sendOutcome(answer: GraphAnswer, secrets: readonly string[]): SendResult {
  const refusal = refusalOf(answer, secrets)
  if (refusal !== undefined) return refusal
  const message = answer.outcome === 'answered' ? asRecord(asList(asRecord(answer.body)?.messages)[0]) : undefined
  const externalId = asText(message?.id)
  if (externalId === undefined)
    return { ok: false, failure: 'unknown', code: 'no-message-id', detail: 'Graph answered without a message id.' }
  return message?.message_status === 'held_for_quality_assessment'
    ? { ok: true, externalId, held: true }
    : { ok: true, externalId }
}

/** `undefined` when Graph answered 2xx without an error. */
export function refusalOf(answer: GraphAnswer, secrets: readonly string[]): SendRefusal | undefined {
  return metaRefusalOf(answer, secrets, classify)
}
