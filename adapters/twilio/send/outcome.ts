import type { SendFailure, SendResult } from '@parley/core'
import { asRecord, asText } from '../json.ts'
import type { TwilioAnswer } from '../wire/exchange.ts'
import { classify } from './errors.ts'

export type SendRefusal = Exclude<SendResult, { ok: true }>

/** A refusal of our own, before anything is sent. Codes of our own start with `parley.`. */
export function refuse(failure: SendFailure, code: string, detail: string): SendRefusal {
  return { ok: false, failure, code: `parley.${code}`, detail }
}

/** `{ sid, status, num_segments, … }`. `secrets` are kept out of the words that Twilio says. */
export function sendOutcome(answer: TwilioAnswer | undefined, secrets: readonly string[]): SendResult {
  const refusal = refusalOf(answer, secrets)
  if (refusal !== undefined) return refusal
  const externalId = answer?.outcome === 'answered' ? asText(asRecord(answer.body)?.sid) : undefined
  return externalId === undefined
    ? { ok: false, failure: 'unknown', code: 'no-message-sid', detail: 'Twilio answered without a message SID.' }
    : { ok: true, externalId }
}

/** `undefined` when Twilio answered 2xx. An error is `{ code, message, more_info, status }`. */
export function refusalOf(answer: TwilioAnswer | undefined, secrets: readonly string[]): SendRefusal | undefined {
  if (answer === undefined)
    return refuse('auth', 'no-credential', 'The connection has no settings.accountSid, or no secret to sign in with.')
  if (answer.outcome !== 'answered') return unanswered(answer.outcome, answer.code)
  if (answer.status >= 200 && answer.status < 300) return undefined
  const body = asRecord(answer.body)
  const code = Number(asText(body?.code))
  const known = Number.isSafeInteger(code) && code > 0
  const { failure, retryAfterMs: usual } = classify(answer.status, known ? code : undefined)
  const seconds = Number(asText(answer.headers['retry-after']) ?? Number.NaN)
  const retryAfterMs = seconds >= 0 ? seconds * 1000 : usual
  return {
    ok: false,
    failure,
    code: known ? String(code) : `http-${answer.status}`,
    detail: withoutSecrets(asText(body?.message) ?? `Twilio answered ${answer.status}.`, secrets),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

function unanswered(outcome: 'not-sent' | 'lost', code: string): SendRefusal {
  if (outcome === 'lost')
    return { ok: false, failure: 'unknown', code, detail: 'It was written to Twilio, and no whole answer came back.' }
  // A header that cannot be written: the credential is the only one that a tenant gives.
  if (code === 'UND_ERR_INVALID_ARG')
    return { ok: false, failure: 'auth', code, detail: 'The credential has characters that no header may have.' }
  return { ok: false, failure: 'retryable', code, detail: 'Twilio could not be reached; nothing was sent.' }
}

/** Twilio quotes the number it could not write to. */
function withoutSecrets(words: string, secrets: readonly string[]): string {
  let text = words
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '•••')
  return text.slice(0, 500)
}
