import type { SendFailure, SendResult } from '@parley/core'
import type { RemoteAnswer } from '../wire/client.ts'
import { type RemoteProblem, saidBy } from '../wire/errors.ts'

export type SendRefusal = Exclude<SendResult, { ok: true }>

/** Codes of a channel beside the shared ones, and the HTTP status that goes with each. */
export const CHANNEL_CODES = {
  recipient: { status: 422, meaning: 'This person cannot be reached, or does not want to be.' },
  content: { status: 422, meaning: 'The content cannot be sent as it is.' },
  window: { status: 422, meaning: 'Outside of the time in which free messages may be sent.' },
  gone: { status: 410, meaning: 'The file is no longer there.' },
  'too-large': { status: 413, meaning: 'The file is too large to be handed over.' },
} as const

const FAILURES: ReadonlyMap<string, SendFailure> = new Map([
  ['throttled', 'throttled'],
  ['unavailable', 'retryable'],
  ['protocol-unsupported', 'retryable'],
  ['operation-unknown', 'retryable'],
  ['recipient', 'recipient'],
  ['content', 'content'],
  ['invalid', 'content'],
  ['window', 'window'],
  ['unauthorized', 'auth'],
  ['forbidden', 'auth'],
  // Somebody repeated the call on its way; what became of the first nobody says.
  ['replayed', 'unknown'],
  ['unknown', 'unknown'],
])

const THROTTLE_MS = 1_000

/** What an answer that is not a success means for a send. `hidden` is kept out of the remote's words. */
export function refusalOf(
  answer: Exclude<RemoteAnswer<unknown>, { outcome: 'done' }>,
  hidden: readonly string[],
): SendRefusal {
  switch (answer.outcome) {
    case 'refused':
      return refused(answer.status, answer.problem, hidden)
    case 'unsigned':
      return unsigned(answer)
    case 'malformed':
      return refuse(
        'unknown',
        'parley.answer-malformed',
        `The remote's answer is not what was expected: ${answer.field}.`,
      )
    case 'circuit-open':
      return later('parley.remote-away', 'The remote is away; it is left alone a while.', answer.retryAfterMs)
    case 'busy':
      return later('parley.remote-busy', 'The remote has enough to answer.', answer.retryAfterMs)
    case 'lost':
      return refuse('unknown', `parley.${answer.code}`, 'It was written to the remote, and no whole answer came back.')
    case 'not-sent':
      return notSent(answer.code)
  }
}

export function refuse(failure: SendFailure, code: string, detail: string): SendRefusal {
  return { ok: false, failure, code, detail }
}

/** Nothing was tried, so it costs no try. */
function later(code: string, detail: string, retryAfterMs: number): SendRefusal {
  return { ...refuse('throttled', code, detail), retryAfterMs }
}

/** A code that is not known counts by its status; 5xx says nothing about what was done. */
function refused(status: number, problem: RemoteProblem, hidden: readonly string[]): SendRefusal {
  const failure = FAILURES.get(problem.code) ?? (status >= 500 ? 'unknown' : 'content')
  const retryAfterMs = problem.retryAfterMs ?? (failure === 'throttled' ? THROTTLE_MS : undefined)
  const code = saidBy(problem.vendorCode ?? problem.code, hidden)
  const refusal = refuse(failure, code, saidBy(problem.detail ?? problem.code, hidden))
  return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs }
}

/**
 * Whoever stands before the remote cannot speak for it: nothing unsigned is final. A remote that does not know our signature
 * cannot sign for us either, so 401 and 403 are taken for what they say.
 */
function unsigned({ status, retryAfterMs }: { status: number; retryAfterMs?: number }): SendRefusal {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  const refusal = (failure: SendFailure) =>
    refuse(failure, `http-${status}`, `The remote's address answered ${status}, unsigned.`)
  if (status === 401 || status === 403) return refusal('auth')
  if (status === 429) return { ...refusal('throttled'), retryAfterMs: THROTTLE_MS, ...wait }
  if (status === 503) return { ...refusal('retryable'), ...wait }
  return status >= 500 || status < 300 ? refusal('unknown') : refusal('retryable')
}

function notSent(code: string): SendRefusal {
  if (code === 'secret-unusable')
    return refuse('auth', 'parley.secret-unusable', 'signingSecret: expected whsec_ and 24 to 64 bytes in base64.')
  const final = code === 'url-invalid' || code === 'address-blocked'
  if (final) return refuse('auth', `parley.${code}`, 'The address of the remote may not be called.')
  return refuse('retryable', `parley.${code}`, 'The remote could not be reached; nothing was sent.')
}
