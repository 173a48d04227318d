import type { SendFailure, SendResult } from '@parley/core'
import type { MessageError } from '../models/message.ts'

/** What an attempt came to, as the ledger records it. */
export type Outcome =
  | { readonly kind: 'done'; readonly externalId: string; readonly held: boolean }
  | { readonly kind: 'failed'; readonly error: MessageError }
  /** Back to `intent`, to be tried again after `delayMs`; `counts` says whether it was a try. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly counts: boolean; readonly failure: SendFailure }
  /** Somebody has to find out: never repeated blindly. */
  | { readonly kind: 'unknown'; readonly by: 'response' | 'crash'; readonly detail: string }

export interface RetryLimits {
  readonly maxAttempts: number
  readonly retryBaseMs: number
  readonly throttleMs: number
  readonly authRetryMs: number
}

/** `attempt` counts from 1 and includes the one that just ended. */
export function outcomeOf(result: SendResult, attempt: number, limits: RetryLimits): Outcome {
  if (result.ok) return { kind: 'done', externalId: result.externalId, held: result.held ?? false }
  const { failure, code, detail } = result
  switch (failure) {
    case 'throttled':
      return { kind: 'later', failure, counts: false, delayMs: result.retryAfterMs ?? limits.throttleMs }
    case 'auth':
      return { kind: 'later', failure, counts: false, delayMs: limits.authRetryMs }
    case 'retryable':
      if (attempt >= limits.maxAttempts) return { kind: 'failed', error: { reason: 'retries-exhausted', code, detail } }
      return {
        kind: 'later',
        failure,
        counts: true,
        delayMs: result.retryAfterMs ?? limits.retryBaseMs * 2 ** (attempt - 1),
      }
    case 'unknown':
      return { kind: 'unknown', by: 'response', detail }
    default:
      return { kind: 'failed', error: { reason: failure, code, detail } }
  }
}
