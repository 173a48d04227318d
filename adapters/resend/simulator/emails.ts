import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import Joi from 'joi'
import { addressesOf } from '../../mail/read/headers.ts'
import type { ReceivedMail, ResendState } from './state.ts'

interface Body {
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
  readonly tags: readonly { readonly name: string; readonly value: string }[]
  readonly attachments: readonly {
    readonly filename: string
    readonly content: string
    readonly content_type: string
  }[]
}

const addresses = Joi.array().items(Joi.string().email({ tlds: false }))
const tagText = Joi.string()
  .pattern(/^[\w-]+$/)
  .max(256)

/** The parts of "Send Email" that we use, as strictly as the API reads them. */
const schema: Joi.ObjectSchema<Body> = Joi.object({
  from: Joi.string().required(),
  to: addresses.min(1).max(50).required(),
  cc: addresses.default([]),
  bcc: addresses.default([]),
  subject: Joi.string().allow('').required(),
  text: Joi.string().allow('').required(),
  html: Joi.string().allow('').required(),
  headers: Joi.object().pattern(Joi.string(), Joi.string()).default({}),
  tags: Joi.array()
    .items(Joi.object({ name: tagText.required(), value: tagText.required() }))
    .default([]),
  attachments: Joi.array()
    .items(
      Joi.object({
        filename: Joi.string().required(),
        content: Joi.string().base64().required(),
        content_type: Joi.string(),
      }),
    )
    .default([]),
})

export function vendorError(status: number, name: string, message: string): VendorReply {
  return { status, body: { statusCode: status, name, message } }
}

/** `POST /emails`: the same idempotency key with the same body is the same mail. */
export function acceptEmail(
  state: ResendState,
  apiKey: string,
  request: VendorRequest,
): { readonly reply: VendorReply; readonly mail?: ReceivedMail } {
  const key = request.headers['idempotency-key']
  const place = `${apiKey}/${String(key)}`
  const body = request.body.toString('utf8')
  const before = key === undefined ? undefined : state.idempotency.get(place)
  if (before !== undefined && before.body !== body)
    return { reply: vendorError(409, 'invalid_idempotent_request', 'The key was used for another payload.') }
  if (before !== undefined) return { reply: { status: 200, body: { id: before.id } } }
  const { value, error } = schema.validate(jsonOf(request))
  if (error !== undefined) {
    const field = String(error.details[0]?.path[0] ?? '')
    return { reply: vendorError(422, 'validation_error', `Invalid \`${field}\` field. ${error.message}`) }
  }
  const domain = addressesOf(value.from)[0]?.address.split('@').at(-1) ?? ''
  if (!state.accounts.get(apiKey)?.domains.includes(domain))
    return { reply: vendorError(403, 'validation_error', `The ${domain} domain is not verified.`) }
  const mail = state.received.add(mailOf(state.next('resend'), apiKey, value))
  if (key !== undefined) state.idempotency.set(place, { body, id: mail.id })
  return { reply: { status: 200, body: { id: mail.id } }, mail }
}

function mailOf(id: string, apiKey: string, body: Body): Omit<ReceivedMail, 'seq'> {
  const { from, to, cc, bcc, subject, text, html, headers } = body
  return {
    ...{ id, apiKey, from, to, cc, bcc, subject, text, html, headers },
    tags: Object.fromEntries(body.tags.map(({ name, value }) => [name, value])),
    files: body.attachments.map(({ filename, content, content_type: mimeType }) => ({
      fileName: filename,
      mimeType,
      content: Buffer.from(content, 'base64'),
    })),
  }
}
