import type { Connection, Egress } from '@parley/core'
import Joi from 'joi'
import type { MailApi } from '../../mail/api/mail-api.ts'
import { refusalOf } from '../../mail/api/refusal.ts'
import { resendDialect } from '../dialect.ts'

interface Received {
  readonly raw?: { readonly download_url: string } | null
}

const schema: Joi.ObjectSchema<Received> = Joi.object({
  raw: Joi.object({ download_url: Joi.string().uri().required() }).unknown(true).allow(null),
}).unknown(true)

export type FetchedMail =
  | { readonly ok: true; readonly raw: Buffer }
  | { readonly ok: false; readonly failure: 'gone' | 'too-large' | 'auth' | 'retryable'; readonly detail: string }

export interface FetchParts {
  readonly api: MailApi
  /** For the signed link, which lies at a host of its own. */
  readonly egress: Egress
}

/** `GET /emails/receiving/{id}` gives a signed link to the raw mail, files and all; the link is read at once. */
export async function fetchMail(
  { api, egress }: FetchParts,
  connection: Connection,
  emailId: string,
  signal: AbortSignal,
): Promise<FetchedMail> {
  const token = connection.secrets.apiKey ?? ''
  const path = `/emails/receiving/${encodeURIComponent(emailId)}`
  const answer = await api.call({ method: 'GET', path, token, signal })
  if (answer.outcome === 'answered' && answer.status === 404) return failed('gone', 'Resend has no such mail any more')
  const refusal = refusalOf(answer, [token], resendDialect)
  if (refusal !== undefined) return failed(refusal.failure === 'auth' ? 'auth' : 'retryable', refusal.detail)
  const { value, error } = schema.validate(answer.outcome === 'answered' ? answer.body : undefined)
  const url = error === undefined ? value.raw?.download_url : undefined
  return url === undefined ? failed('retryable', 'Resend gave no link to the raw mail') : download(egress, url, signal)
}

async function download(egress: Egress, url: string, signal: AbortSignal): Promise<FetchedMail> {
  const answer = await egress.fetch(url, { signal })
  if (!answer.ok)
    return answer.reason === 'too-large' ? failed('too-large', answer.detail) : failed('retryable', answer.detail)
  if (answer.status === 200) return { ok: true, raw: answer.body }
  // The link dies; asking for the mail gives a new one.
  return failed('retryable', `the link to the mail answered ${answer.status}`)
}

function failed(failure: 'gone' | 'too-large' | 'auth' | 'retryable', detail: string): FetchedMail {
  return { ok: false, failure, detail }
}
