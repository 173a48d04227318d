import type { SendFailure, SendResult } from '@parley/core'
import type { GraphAnswer } from './graph-client.ts'
import { type GraphError, graphErrorOf, withoutSecrets } from './graph-error.ts'
import { retryAfterOf } from './usage.ts'

export type SendRefusal = Exclude<SendResult, { ok: true }>

export interface ErrorClass {
  readonly failure: SendFailure
  /** How long to stay away, where Meta's documents say. */
  readonly retryAfterMs?: number
}

/** What of a Graph error decides its class. */
export type ClassifiedError = Pick<GraphError, 'code' | 'transient'> & { readonly subcode?: number | undefined }

/** What an answer without success means for a send; `error` is absent when the answer had none that can be read. */
export type Classify = (status: number, error: ClassifiedError | undefined) => ErrorClass

/** `undefined` when Graph answered 2xx without an error. `secrets` are kept out of the words that Graph says. */
export function refusalOf(
  answer: GraphAnswer,
  secrets: readonly string[],
  classify: Classify,
): SendRefusal | undefined {
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

/** A refusal of our own, before anything is sent. */
export function refuse(failure: SendFailure, code: string, detail: string): SendRefusal {
  return { ok: false, failure, code, detail }
}

function unanswered(outcome: 'not-sent' | 'lost', code: string): SendRefusal {
  if (outcome === 'lost')
    return { ok: false, failure: 'unknown', code, detail: 'It was written to Graph, and no whole answer came back.' }
  // undici refuses a header that cannot be written, and the token is the only one that a tenant gives.
  if (code === 'UND_ERR_INVALID_ARG')
    return { ok: false, failure: 'auth', code, detail: 'The access token has characters that no header may have.' }
  return { ok: false, failure: 'retryable', code, detail: 'Graph could not be reached; nothing was sent.' }
}
