import type { VendorReply } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { ReceivedMail, SendGridState } from './state.ts'

interface Address {
  readonly email: string
  readonly name?: string
}

interface Body {
  readonly personalizations: readonly [{ to: [Address]; cc?: readonly Address[]; bcc?: readonly Address[] }]
  readonly from: Address
  readonly subject: string
  readonly content: readonly { readonly type: string; readonly value: string }[]
  readonly headers: Readonly<Record<string, string>>
  readonly custom_args: Readonly<Record<string, string>>
  readonly attachments: readonly { readonly content: string; readonly filename: string; readonly type: string }[]
}

const address = Joi.object({ email: Joi.string().email({ tlds: false }).required(), name: Joi.string() })
const addresses = Joi.array().items(address).min(1)

/** The parts of "Mail Send" that we use, as strictly as the API reads them. */
const schema: Joi.ObjectSchema<Body> = Joi.object({
  personalizations: Joi.array()
    .items(Joi.object({ to: addresses.required(), cc: addresses, bcc: addresses }))
    .length(1)
    .required(),
  from: address.required(),
  subject: Joi.string().required(),
  content: Joi.array()
    .items(Joi.object({ type: Joi.string().required(), value: Joi.string().min(1).required() }))
    .min(1)
    .required(),
  headers: Joi.object().pattern(Joi.string(), Joi.string()).default({}),
  custom_args: Joi.object().pattern(Joi.string(), Joi.string()).default({}),
  attachments: Joi.array()
    .items(
      Joi.object({
        content: Joi.string().base64().required(),
        filename: Joi.string().required(),
        type: Joi.string().required(),
        disposition: Joi.valid('attachment', 'inline'),
      }),
    )
    .default([]),
})

export function vendorError(status: number, message: string, field: string | null = null): VendorReply {
  return { status, body: { errors: [{ message, field, help: null }] } }
}

/** `POST /v3/mail/send`: 202 without a body, and `X-Message-Id`. */
export function acceptMail(
  state: SendGridState,
  apiKey: string,
  body: unknown,
): { reply: VendorReply; mail?: ReceivedMail } {
  const { value, error } = schema.validate(body)
  if (error !== undefined) {
    const field = (error.details[0]?.path ?? []).join('.')
    return { reply: vendorError(400, error.message, field) }
  }
  const account = state.accounts.get(apiKey)
  const from = value.from.email.toLowerCase()
  const domain = from.split('@').at(-1) ?? ''
  if (!account?.domains.includes(domain) && !account?.senders?.includes(from))
    return { reply: vendorError(403, 'The from address does not match a verified Sender Identity.', 'from') }
  const sent = mailOf(state.next('sg'), apiKey, value)
  const everybody = [sent.to, ...sent.copies]
  if (new Set(everybody).size < everybody.length)
    return { reply: vendorError(400, 'Each email address in to, cc and bcc should be unique.', 'personalizations') }
  const mail = state.received.add(sent)
  return { reply: { status: 202, headers: { 'x-message-id': mail.id } }, mail }
}

function mailOf(id: string, apiKey: string, body: Body): Omit<ReceivedMail, 'seq'> {
  const [{ to, cc = [], bcc = [] }] = body.personalizations
  const partOf = (type: string) => body.content.find((part) => part.type === type)?.value ?? ''
  return {
    ...{ id, apiKey, from: body.from.email, to: to[0].email, subject: body.subject },
    copies: [...cc, ...bcc].map(({ email }) => email),
    text: partOf('text/plain'),
    html: partOf('text/html'),
    headers: body.headers,
    customArgs: body.custom_args,
    files: body.attachments.map(({ content, filename, type }) => ({
      fileName: filename,
      mimeType: type,
      content: Buffer.from(content, 'base64'),
    })),
  }
}
