import type { Clock } from '@parley/core'
import Joi from 'joi'
import type { ApiDialect, ApiError } from '../mail/api/refusal.ts'

interface VendorErrors {
  readonly errors: readonly { readonly message: string; readonly field?: string | null }[]
}

/** `{ errors: [{ message, field, help }] }`, which every error of the v3 API has. */
const errorsSchema: Joi.ObjectSchema<VendorErrors> = Joi.object({
  errors: Joi.array()
    .items(
      Joi.object({ message: Joi.string().allow('').required(), field: Joi.string().allow('', null) }).unknown(true),
    )
    .min(1)
    .required(),
}).unknown(true)

/**
 * What the v3 API's refusals mean ("Mail Send: Errors", "Rate Limits"). A gateway's 5xx without an error object may hide an
 * accepted mail, so it is `unknown`; 503 refuses before anything is done.
 */
export function sendgridDialect(clock: Clock): ApiDialect {
  return {
    vendor: 'SendGrid',
    errorOf(body) {
      const { value, error } = errorsSchema.validate(body)
      const first = error === undefined ? value.errors[0] : undefined
      return first === undefined ? undefined : { code: first.field || 'refused', detail: first.message }
    },
    classify(status, error) {
      if (status === 429) return 'throttled'
      if (status === 401 || status === 403) return 'auth'
      if (status >= 500) return error === undefined && status !== 503 ? 'unknown' : 'retryable'
      return isRecipient(error) ? 'recipient' : 'content'
    },
    /** `X-RateLimit-Reset`: seconds since 1970 at which the window is over. */
    retryAfterMs(headers) {
      const reset = Number(headers['x-ratelimit-reset'])
      return Number.isFinite(reset) ? reset * 1000 - clock.millis() : undefined
    },
  }
}

function isRecipient(error: ApiError | undefined): boolean {
  return error !== undefined && /^personalizations\.\d+\.(to|cc|bcc)\b/.test(error.code)
}
