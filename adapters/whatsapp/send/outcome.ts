import type { SendResult } from '@parley/core'
import type { GraphAnswer } from '../../meta/graph-client.ts'
import { graphErrorOf, withoutSecrets } from '../../meta/graph-error.ts'
import { asList, asRecord, asText } from '../../meta/json.ts'
import { retryAfterOf } from '../../meta/usage.ts'
import { classify } from './errors.ts'

export type SendRefusal = Exclude<SendResult, { ok: true }>

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
  if (answer.outcome !== 'answered') return unanswered(answer.outcome, answer.code)
  const error = graphErrorOf(answer.body)
  if (error === undefined && answer.status >= 200 && answer.status < 300) return undefined
  const { failure, retryAfterMs: usual } = classify(answer.status, error)
  const retryAfterMs = retryAfterOf(answer.headers) ?? usual ?? (failure === 'throttled' ? 1_000 : undefined)
  return {
    ok: false,
    failure,
    code: error === undefined ? `http-${answer.status}` : String(error.code),
    detail: error === undefined ? `Graph answered ${answer.status}.` : withoutSecrets(error.detail, secrets),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

function unanswered(outcome: 'not-sent' | 'lost', code: string): SendRefusal {
  if (outcome === 'lost')
    return { ok: false, failure: 'unknown', code, detail: 'It was written to Graph, and no whole answer came back.' }
  // undici refuses a header that cannot be written, and the token is the only one that a tenant gives.
  if (code === 'UND_ERR_INVALID_ARG')
    return { ok: false, failure: 'auth', code, detail: 'The access token has characters that no header may have.' }
  return { ok: false, failure: 'retryable', code, detail: 'Graph could not be reached; nothing was sent.' }
}
