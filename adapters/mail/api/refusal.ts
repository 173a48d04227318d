import type { SendFailure } from '@parley/core'
import { type Refused, refuse } from '../send/build.ts'
import { type ApiAnswer, TOKEN_UNWRITABLE } from './mail-api.ts'

/** What a vendor says in an error, in its own words. */
export interface ApiError {
  readonly code: string
  readonly detail: string
}

/** How one vendor words refusals, and what they mean. */
export interface ApiDialect {
  readonly vendor: string
  /** `undefined` when the body holds no error of the vendor's. */
  errorOf(body: unknown): ApiError | undefined
  classify(status: number, error: ApiError | undefined): SendFailure
  /** How long to stay away after a throttle; `undefined` when the answer does not say. */
  retryAfterMs(headers: Readonly<Record<string, string | string[] | undefined>>): number | undefined
}

const USUAL_REST_MS = 1_000

/** `undefined` when the vendor answered 2xx. `secrets` are kept out of the words that the vendor says. */
export function refusalOf(answer: ApiAnswer, secrets: readonly string[], dialect: ApiDialect): Refused | undefined {
  if (answer.outcome !== 'answered') return unanswered(answer, dialect.vendor)
  if (answer.status >= 200 && answer.status < 300) return undefined
  const error = dialect.errorOf(answer.body)
  const failure = dialect.classify(answer.status, error)
  const words = error?.detail ?? `${dialect.vendor} answered ${answer.status}.`
  const refused = refuse(failure, error?.code ?? `http-${answer.status}`, without(secrets, words))
  if (failure !== 'throttled') return refused
  return { ...refused, retryAfterMs: Math.max(USUAL_REST_MS, dialect.retryAfterMs(answer.headers) ?? 0) }
}

function unanswered({ outcome, code }: Exclude<ApiAnswer, { outcome: 'answered' }>, vendor: string): Refused {
  if (outcome === 'lost') return refuse('unknown', code, `It was written to ${vendor}, and no whole answer came back.`)
  if (code === TOKEN_UNWRITABLE) return refuse('auth', code, 'The API key has characters that no header may have.')
  return refuse('retryable', code, `${vendor} could not be reached; nothing was sent.`)
}

function without(secrets: readonly string[], words: string): string {
  return secrets.filter((secret) => secret !== '').reduce((said, secret) => said.replaceAll(secret, '***'), words)
}
