import type { MailHeaders } from './headers.ts'

/** Subjects of notes of absence by servers that set no header of RFC 3834, in the languages they are sold in. */
const AWAY =
  /^\s*(auto(matic|matische)?[ -:]*(reply|response|antwort|reply:)|automatische antwort|automatisch antwoord|abwesenheits(notiz|benachrichtigung)|out of (the )?office|réponse automatique|respuesta automática|risposta automatica|resposta automática|autosvar|automatiskt svar)\b/i

/** Headers that only machines write, whatever stands in them (Microsoft: `X-Auto-Response-Suppress` is a sender's wish, so it is not here). */
const ONLY_MACHINES = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'list-id',
  'list-unsubscribe',
  'feedback-id',
  'x-failed-recipients',
]

/**
 * Did a machine write it? RFC 3834 (`Auto-Submitted`), an empty return path, lists and bulk mail, and the headers and subjects
 * of the absence notes of common servers. Nothing may answer such a mail by itself.
 */
export function isAutomatic(headers: MailHeaders): boolean {
  const submitted = headers.value('auto-submitted')
  if (submitted !== '' && submitted !== 'no') return true
  if (/^(bulk|list|junk|auto[_-]reply)$/.test(headers.value('precedence'))) return true
  if (/^<\s*>$/.test(headers.raw('return-path') ?? '')) return true
  if (
    headers.value('x-auto-response-suppress') === 'all' &&
    headers.value('x-ms-exchange-generated-message-source') !== ''
  )
    return true
  if (ONLY_MACHINES.some((name) => headers.has(name) && headers.value(name) !== 'no')) return true
  if (headers.value('content-type') === 'multipart/report') return true
  return AWAY.test(headers.text('subject') ?? '')
}
