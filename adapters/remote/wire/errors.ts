import Joi from 'joi'

/** A refusal in a remote's words: RFC 9457, signed. */
export interface RemoteProblem {
  readonly code: string
  readonly detail?: string
  /** The code of whoever stands behind the remote. */
  readonly vendorCode?: string
  readonly retryAfterMs?: number
}

/** Codes that mean the same for every kind of remote, and the HTTP status that goes with each. */
export const SHARED_CODES = {
  unauthorized: { status: 401, meaning: 'The signature is not right for this account.' },
  forbidden: { status: 403, meaning: 'The account is not one that this secret opens.' },
  replayed: { status: 409, meaning: 'This webhook-id has been here before.' },
  'protocol-unsupported': { status: 400, meaning: 'The version of the protocol is not spoken here.' },
  'operation-unknown': { status: 404, meaning: 'There is no such operation.' },
  invalid: { status: 422, meaning: 'The data is not what the operation takes; nothing was done.' },
  throttled: { status: 429, meaning: 'Too much; retryAfterMs says when to come back. Nothing was done.' },
  unavailable: { status: 503, meaning: 'A passing fault; nothing was done.' },
  unknown: { status: 500, meaning: 'It may have been done.' },
} as const

const MAX_DETAIL = 500

export const problemSchema: Joi.ObjectSchema<RemoteProblem> = Joi.object<RemoteProblem>({
  code: Joi.string().max(100).required(),
  detail: Joi.string().allow('').max(10_000),
  vendorCode: Joi.string().max(100),
  retryAfterMs: Joi.number().integer().min(0).max(86_400_000),
}).unknown(true)

/** A stranger's words, fit to be shown: short, on one line, and without what must not be told. */
export function saidBy(words: string | undefined, hidden: readonly string[]): string {
  let said = words ?? ''
  for (const secret of hidden) if (secret.length >= 4) said = said.replaceAll(secret, '[masked]')
  return said.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_DETAIL)
}
