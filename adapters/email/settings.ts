import { type EgressSettings, egressSettings } from '@parley/core'
import Joi from 'joi'

/** App-level settings, for all mailboxes. Times in milliseconds. What a connection brings stands in account/account.ts. */
export interface EmailSettings {
  /** Which addresses mail servers, and links to files, may have. */
  readonly egress: EgressSettings
  /** Lets connections do without TLS (`security: 'none'`): for servers on the same machine only. */
  readonly allowPlain: boolean
  readonly connectMs: number
  /** Of silence on a connection in use. */
  readonly socketMs: number
  /** When to come back where a server throttles and does not say. */
  readonly throttleMs: number
  /** Of all files of one outgoing mail, before they are encoded. Gmail takes 25 MB encoded. */
  readonly maxAttachmentBytes: number
  /** Of one file of a received mail. */
  readonly maxFetchBytes: number
  /** Mails that are read and stored together. */
  readonly batch: number
  /** How often a mailbox is looked at although nothing was announced. */
  readonly pollMs: number
  /** How long a process that fell silent keeps a mailbox from the others. */
  readonly leaseMs: number
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** Mailboxes that one process reads. */
  readonly maxMailboxes: number
  /** Where access tokens are made, in place of the providers' own addresses. */
  readonly tokenUrls: Readonly<Partial<Record<'google' | 'microsoft', string>>>
}

const MIB = 1024 * 1024
const ms = (value: number) => Joi.number().integer().min(1).default(value)

export const emailSettings: Joi.ObjectSchema<EmailSettings> = Joi.object({
  egress: egressSettings.default(Joi.attempt({}, egressSettings)),
  allowPlain: Joi.boolean().default(false),
  connectMs: ms(15_000),
  socketMs: ms(60_000),
  throttleMs: ms(60_000),
  maxAttachmentBytes: Joi.number()
    .integer()
    .min(0)
    .default(18 * MIB),
  maxFetchBytes: Joi.number()
    .integer()
    .min(1)
    .default(50 * MIB),
  batch: Joi.number().integer().min(1).max(200).default(20),
  pollMs: ms(60_000),
  leaseMs: Joi.number().integer().min(10_000).default(180_000),
  backoffMs: ms(1_000),
  maxBackoffMs: ms(300_000),
  maxMailboxes: Joi.number().integer().min(0).default(500),
  tokenUrls: Joi.object({ google: Joi.string().uri(), microsoft: Joi.string().uri() }).default({}),
})
