import Joi from 'joi'

/**
 * The part of the protocol that every kind of remote shares, a channel today and a payment gateway later: its version, the
 * envelope of a call, how an answer is worded. What the operations are stands beside it.
 */
export const PROTOCOL = '1.0'

/** Any 1.x: what a minor version adds, the other side may ignore. */
export const protocolVersion: Joi.StringSchema = Joi.string()
  .pattern(/^1\.\d+$/, 'a version 1.x of the protocol')
  .max(10)
  .example(PROTOCOL)

/** A call of ours with a body. */
export interface Envelope {
  readonly protocol: string
  /** `channel.send`: part of what is signed, so that a body is good for one operation only. */
  readonly operation: string
  /** The account as the remote names it. */
  readonly account: string
  /** Our id of the connection: where files are uploaded to. */
  readonly connection: string
  readonly data: Readonly<Record<string, unknown>>
}

export function envelopeSchema(operation: string, data: Joi.Schema): Joi.ObjectSchema<Envelope> {
  return Joi.object({
    protocol: protocolVersion.required(),
    operation: Joi.valid(operation).required(),
    account: Joi.string().max(320).required().description('The account as the remote names it.'),
    connection: Joi.string().uuid().required().description('The id of the connection in Parley.'),
    data: data.required(),
  })
}

/** What a remote answers when it did as it was asked. */
export function answerSchema(data: Joi.Schema): Joi.ObjectSchema<{ readonly data: Record<string, unknown> }> {
  return Joi.object({ data: data.required() }).unknown(true)
}

/** A call as one string for signing, where its body is not JSON: `GET /manifest`, `POST /files sha256=9f…`. */
export function signedTarget(method: string, path: string, sha256?: string): string {
  return sha256 === undefined ? `${method} ${path}` : `${method} ${path} sha256=${sha256}`
}
