import Jwt from '@hapi/jwt'
import { type Result, reasonOf, refuse } from '@parley/core'
import Joi from 'joi'
import type { VouchedUser } from './visitor.ts'

const payload = Joi.object({
  sub: Joi.string().min(1).max(200).required(),
  exp: Joi.number().integer().required(),
  iat: Joi.number().integer(),
  name: Joi.string().max(200),
  email: Joi.string().email({ tlds: false }).max(320),
}).unknown(true)

/**
 * Reads what the tenant's server says of its logged-in customer: a JWT, HS256 with the connection's identity secret, with
 * `sub`, `exp` and `aud` (the connection's id), and `name` and `email` where known.
 */
export function verifyIdentity(
  token: string,
  options: { secret: string | undefined; audience: string; now: Date; maxSeconds: number },
): Result<{ user: VouchedUser }, 'identity-refused'> {
  if (options.secret === undefined || options.secret === '') {
    return refuse('identity-refused', 'This chat has no identity secret, so it accepts no signed identity.')
  }
  try {
    const artifacts = Jwt.token.decode(token)
    Jwt.token.verify(
      artifacts,
      { key: options.secret, algorithm: 'HS256' },
      { aud: options.audience, iss: false, sub: false, now: options.now.getTime() },
    )
    return userFrom(artifacts.decoded.payload, options)
  } catch (error) {
    // @hapi/jwt throws for every refusal; none of them is a fault of ours.
    return refuse('identity-refused', `The signed identity was not accepted: ${reasonOf(error)}.`)
  }
}

function userFrom(
  claims: unknown,
  { now, maxSeconds }: { now: Date; maxSeconds: number },
): Result<{ user: VouchedUser }, 'identity-refused'> {
  const { value, error } = payload.validate(claims)
  if (error !== undefined) return refuse('identity-refused', `The signed identity was not accepted: ${error.message}.`)
  if (value.exp > now.getTime() / 1000 + maxSeconds) {
    return refuse('identity-refused', `The signed identity must expire within ${maxSeconds} seconds.`)
  }
  const { sub, name, email } = value
  return { ok: true, user: { id: sub, ...(name !== undefined && { name }), ...(email !== undefined && { email }) } }
}
