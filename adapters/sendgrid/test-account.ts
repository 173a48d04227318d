import type { Channel, Connection } from '@parley/core'
import Joi from 'joi'
import type { MailApi } from '../mail/api/mail-api.ts'
import { type ApiDialect, refusalOf } from '../mail/api/refusal.ts'

interface Domain {
  readonly domain: string
  readonly valid: boolean
}

interface Sender {
  readonly from_email: string
  readonly verified: boolean
}

const domainsSchema: Joi.ArraySchema<Domain[]> = Joi.array().items(
  Joi.object({ domain: Joi.string().required(), valid: Joi.boolean().required() }).unknown(true),
)
const sendersSchema: Joi.ObjectSchema<{ results: Sender[] }> = Joi.object({
  results: Joi.array()
    .items(Joi.object({ from_email: Joi.string().required(), verified: Joi.boolean().required() }).unknown(true))
    .required(),
}).unknown(true)

type Read = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly detail: string }

/**
 * The key must be of an account that may write from this very address: of an authenticated domain
 * (`GET /v3/whitelabel/domains`), or a verified sender (`GET /v3/verified_senders`). A key of another account proves nothing.
 */
export function testAccount(api: MailApi, dialect: ApiDialect): Channel['test'] {
  return async (connection, signal) => {
    const address = connection.externalId.toLowerCase()
    const read = (path: string) => get(api, dialect, connection, path, signal)
    const domains = await read(`/v3/whitelabel/domains?limit=50&domain=${encodeURIComponent(domainOf(address))}`)
    if (domains.ok && authenticates(domains.body, domainOf(address))) return { ok: true, title: address }
    const senders = await read('/v3/verified_senders')
    if (!senders.ok) return { ok: false, detail: domains.ok ? senders.detail : domains.detail }
    if (verifies(senders.body, address)) return { ok: true, title: address }
    return { ok: false, detail: `parley.other-account: the key's account may not write from ${address}` }
  }
}

async function get(
  api: MailApi,
  dialect: ApiDialect,
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<Read> {
  const token = connection.secrets.apiKey ?? ''
  const answer = await api.call({ method: 'GET', path, token, signal })
  const refusal = refusalOf(answer, [token], dialect)
  if (refusal !== undefined) return { ok: false, detail: `${refusal.code}: ${refusal.detail}` }
  return { ok: true, body: answer.outcome === 'answered' ? answer.body : undefined }
}

function domainOf(address: string): string {
  return address.split('@').at(-1) ?? ''
}

function authenticates(body: unknown, domain: string): boolean {
  const { value, error } = domainsSchema.validate(body)
  return error === undefined && value.some((one) => one.valid && one.domain.toLowerCase() === domain)
}

function verifies(body: unknown, address: string): boolean {
  const { value, error } = sendersSchema.validate(body)
  return error === undefined && value.results.some((one) => one.verified && one.from_email.toLowerCase() === address)
}
