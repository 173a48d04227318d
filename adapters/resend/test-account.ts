import type { Channel } from '@parley/core'
import Joi from 'joi'
import type { MailApi } from '../mail/api/mail-api.ts'
import { refusalOf } from '../mail/api/refusal.ts'
import { resendDialect } from './dialect.ts'

interface Domains {
  readonly data: readonly { readonly name: string; readonly status: string }[]
}

const domainsSchema: Joi.ObjectSchema<Domains> = Joi.object({
  data: Joi.array()
    .items(Joi.object({ name: Joi.string().required(), status: Joi.string().required() }).unknown(true))
    .required(),
}).unknown(true)

/** `GET /domains`: the address must be of a domain that the key's own account has verified. */
export function testAccount(api: MailApi): Channel['test'] {
  return async (connection, signal) => {
    const address = connection.externalId.toLowerCase()
    const token = connection.secrets.apiKey ?? ''
    const answer = await api.call({ method: 'GET', path: '/domains', token, signal })
    const refusal = refusalOf(answer, [token], resendDialect)
    if (refusal !== undefined) return { ok: false, detail: `${refusal.code}: ${refusal.detail}` }
    const { value, error } = domainsSchema.validate(answer.outcome === 'answered' ? answer.body : undefined)
    const domain = address.split('@').at(-1)
    const own = error === undefined && value.data.some((one) => one.status === 'verified' && one.name === domain)
    if (own) return { ok: true, title: address }
    return { ok: false, detail: `parley.other-account: the key's account may not write from ${address}` }
  }
}
