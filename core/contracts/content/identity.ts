import Joi from 'joi'

/**
 * One way a person is known on a channel. Scoped, because ids mean something only where they were given: a phone number
 * everywhere (`scope: ''`), a business-scoped id within its portfolio, a visitor within its connection.
 */
export interface Identity {
  /** `phone` (E.164 digits with +), `bsuid`, `psid`, `email`, `visitor`, `user` (vouched for by the tenant), or a partner's own. */
  readonly kind: string
  readonly scope: string
  readonly value: string
}

/** Who wrote, as the channel tells it. The first identity is the one to answer to. */
export interface Sender {
  readonly identities: readonly Identity[]
  readonly displayName?: string
  readonly username?: string
  readonly attributes?: Readonly<Record<string, string>>
}

export const identitySchema: Joi.ObjectSchema<Identity> = Joi.object({
  kind: Joi.string().max(40).required(),
  scope: Joi.string().allow('').max(120).required(),
  value: Joi.string().max(320).required(),
})

export const senderSchema: Joi.ObjectSchema<Sender> = Joi.object({
  identities: Joi.array().items(identitySchema).min(1).required(),
  displayName: Joi.string().allow('').max(500),
  username: Joi.string().max(320),
  attributes: Joi.object().pattern(Joi.string(), Joi.string().allow('').max(2000)),
})

/** `phone::+4915112345678`: equal for equal identities. */
export function identityKey(identity: Identity): string {
  return `${identity.kind}:${identity.scope}:${identity.value}`
}
