import Joi from 'joi'
import type { ApiDialect, ApiError } from '../mail/api/refusal.ts'

interface VendorError {
  readonly name: string
  readonly message: string
}

/** `{ statusCode, name, message }` ("Errors", Resend). */
const errorSchema: Joi.ObjectSchema<VendorError> = Joi.object({
  name: Joi.string().required(),
  message: Joi.string().allow('').required(),
}).unknown(true)

/** What each name means where the status alone does not say. */
const BY_NAME: Readonly<Record<string, ReturnType<ApiDialect['classify']>>> = {
  // The key was used for another body: what we sent first was taken, and this is not it.
  invalid_idempotent_request: 'unknown',
  concurrent_idempotent_requests: 'retryable',
  daily_quota_exceeded: 'throttled',
  monthly_quota_exceeded: 'throttled',
  rate_limit_exceeded: 'throttled',
}

export const resendDialect: ApiDialect = {
  vendor: 'Resend',
  errorOf(body) {
    const { value, error } = errorSchema.validate(body)
    return error === undefined ? { code: value.name, detail: value.message } : undefined
  },
  classify(status, error) {
    const named = error === undefined ? undefined : BY_NAME[error.code]
    if (named !== undefined) return named
    if (status === 429) return 'throttled'
    if (status === 401 || status === 403) return 'auth'
    if (status >= 500) return error === undefined && status !== 503 ? 'unknown' : 'retryable'
    return isRecipient(error) ? 'recipient' : 'content'
  },
  /** `retry-after`, else `ratelimit-reset`: seconds from now. */
  retryAfterMs(headers) {
    const seconds = Number(headers['retry-after'] ?? headers['ratelimit-reset'])
    return Number.isFinite(seconds) ? seconds * 1000 : undefined
  },
}

/** "Invalid `to` field. …" */
function isRecipient(error: ApiError | undefined): boolean {
  return error !== undefined && /`(to|cc|bcc)`/.test(error.detail)
}
