import type { Connection } from '@parley/core'
import Joi from 'joi'

export interface MailServer {
  readonly host: string
  readonly port: number
  /** `tls`: from the first byte; `starttls`: upgraded, or not used at all; `none`: only where the installation allows it. */
  readonly security: 'tls' | 'starttls' | 'none'
}

/**
 * A connection's `settings`. Its `externalId` is the mailbox's address. Its secrets are `password`, or `refreshToken`,
 * `clientId` and, unless the client is a public one, `clientSecret`.
 */
export interface MailAccount {
  readonly smtp: MailServer
  /** Absent: the connection only sends. */
  readonly imap?: MailServer
  /** Default: the mailbox's address. */
  readonly user: string
  readonly from: { readonly address: string; readonly name?: string }
  /** Other addresses of the same mailbox. */
  readonly aliases: readonly string[]
  readonly folder: string
  /** Default: what the server calls its folder of sent mails. `false`: it is not read. */
  readonly sentFolder?: string | false
  /** Mails of how many days are read when the mailbox is connected. */
  readonly backfillDays: number
  readonly oauth?: 'google' | 'microsoft'
  /** Of a mail that begins a conversation and has none. */
  readonly subject: string
}

const server = Joi.object({
  host: Joi.string().hostname().required(),
  port: Joi.number().port().required(),
  security: Joi.valid('tls', 'starttls', 'none').default('tls'),
})
const address = Joi.string().email({ tlds: false }).lowercase()

const schema = Joi.object({
  smtp: server.required(),
  imap: server,
  user: Joi.string(),
  from: Joi.object({ address, name: Joi.string().max(200) }).default({}),
  aliases: Joi.array().items(address).max(50).default([]),
  folder: Joi.string().default('INBOX'),
  sentFolder: Joi.alternatives(Joi.valid(false), Joi.string()),
  backfillDays: Joi.number().integer().min(0).max(365).default(0),
  oauth: Joi.valid('google', 'microsoft'),
  subject: Joi.string().max(500),
}).unknown(true)

/** Reads a connection; `detail` names the setting that is wrong. */
export function accountOf(
  connection: Pick<Connection, 'externalId' | 'name' | 'settings'>,
): { ok: true; account: MailAccount } | { ok: false; detail: string } {
  const { value, error } = schema.validate(connection.settings, { stripUnknown: true })
  if (error !== undefined) return { ok: false, detail: `The connection's settings are wrong: ${error.message}.` }
  const mailbox = connection.externalId.toLowerCase()
  const { from } = value
  return {
    ok: true,
    account: {
      ...value,
      user: value.user ?? connection.externalId,
      from: { address: from.address ?? mailbox, ...(from.name === undefined ? {} : { name: from.name }) },
      subject: value.subject ?? `Message from ${from.name ?? connection.name}`,
    },
  }
}

/** Every address that is us, in lower case. */
export function ownAddresses(connection: Pick<Connection, 'externalId'>, account: MailAccount): readonly string[] {
  return [...new Set([connection.externalId.toLowerCase(), account.from.address, ...account.aliases])]
}
