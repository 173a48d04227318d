import type { SendFailure, SendResult } from '@parley/core'
import type { Failed } from './bot-api.ts'

export type SendRefusal = Extract<SendResult, { ok: false }>

const DEFAULT_RETRY_MS = 1_000

export function refused(failure: SendFailure, code: string, detail: string): SendRefusal {
  return { ok: false, failure, code, detail }
}

/** What a call that failed means for the message: whether it may be repeated decides everything. */
export function failedSend(failed: Failed): SendRefusal {
  if (failed.outcome !== 'refused') {
    const { outcome, code } = failed
    if (outcome === 'lost') return refused('unknown', code, 'no answer came from Telegram')
    return refused('retryable', code, 'Telegram cannot be reached')
  }
  const { status, words, retryAfterMs = DEFAULT_RETRY_MS } = failed
  const told = refused(failureOf(status, words), String(status), words)
  return told.failure === 'throttled' ? { ...told, retryAfterMs } : told
}

/**
 * 401 and 404: there is no such bot. 403: the person blocked it, or never began. A chat that is not found is a person that
 * the bot cannot write to. https://core.telegram.org/bots/api#making-requests
 */
function failureOf(status: number, words: string): SendFailure {
  if (status === 429) return 'throttled'
  if (status === 401 || status === 404) return 'auth'
  if (status === 403 || /chat not found|user not found|PEER_ID_INVALID/i.test(words)) return 'recipient'
  return status >= 500 ? 'retryable' : 'content'
}
