import type { SendFailure } from '@parley/core'
import type { Refused } from '../../mail/send/build.ts'

/** What nodemailer tells of a failed exchange. */
export interface SmtpError {
  readonly code?: string | undefined
  readonly command?: string | undefined
  readonly responseCode?: number | undefined
  readonly response?: string | undefined
  readonly message: string
}

/** How far the mail had gone. `ended`: all of it was handed over, so the server may have taken it. */
export type Progress = 'before-data' | 'writing' | 'ended'

const HOUR = 3_600_000
const THROTTLES = /rate|too many|throttl|limit|quota exceeded|try again later|greylist|grey-list|deferred/i

/**
 * What a failed exchange means for a send. SMTP's own rule is that 4xx passes and 5xx does not; RFC 3463's enhanced codes tell
 * whom it concerns (x.1, x.2: the recipient; x.3, x.6: the mail; x.7: policy). An answer that never came after the last byte
 * is unknown, and anything before that byte was not taken. Sources: RFC 5321 §4.2, RFC 3463, RFC 4954 §6; Gmail's "SMTP error
 * reference", Microsoft's "NDR error codes".
 */
export function smtpRefusal(error: SmtpError, progress: Progress, options: { readonly throttleMs: number }): Refused {
  const { responseCode, response = '' } = error
  if (responseCode === undefined || responseCode === 0) return unanswered(error, progress)
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/m.exec(response)?.[1]
  const { failure, retryAfterMs } = classify({ ...error, responseCode }, enhanced, options.throttleMs)
  return {
    ok: false,
    failure,
    code: enhanced ?? String(responseCode),
    detail: response.slice(0, 300),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

function unanswered({ code = 'no-answer' }: SmtpError, progress: Progress): Refused {
  if (code === 'EAUTH') return { ok: false, failure: 'auth', code, detail: 'The server takes no login of ours.' }
  return progress === 'ended'
    ? { ok: false, failure: 'unknown', code, detail: 'The mail was handed over whole, and no answer came back.' }
    : {
        ok: false,
        failure: 'retryable',
        code,
        detail: 'The server could not be reached, or left before it had the mail.',
      }
}

interface Class {
  readonly failure: SendFailure
  readonly retryAfterMs?: number
}

function classify(
  error: SmtpError & { responseCode: number },
  enhanced: string | undefined,
  throttleMs: number,
): Class {
  const { responseCode, command = '', code, response = '' } = error
  const topic = enhanced?.split('.')[1]
  if (enhanced === '5.4.5') return { failure: 'throttled', retryAfterMs: HOUR } // Gmail: the day's quota is used up
  if (responseCode < 500) {
    const throttled = responseCode === 421 || topic === '7' || (responseCode !== 451 && THROTTLES.test(response))
    return throttled && code !== 'EAUTH' ? { failure: 'throttled', retryAfterMs: throttleMs } : { failure: 'retryable' }
  }
  if (code === 'EAUTH' || [530, 534, 535, 538].includes(responseCode)) return { failure: 'auth' }
  if (command.startsWith('RCPT')) return { failure: 'recipient' }
  return { failure: topic === '1' || topic === '2' ? 'recipient' : 'content' }
}
