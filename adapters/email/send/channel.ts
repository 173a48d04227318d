import { Readable } from 'node:stream'
import type { Channel, ChannelCapabilities, Connection, SendRequest, SendResult } from '@parley/core'
import type Mail from 'nodemailer/lib/mailer'
import { ownMessageId } from '../../mail/own-id.ts'
import { buildMail, filesOf, refuse } from '../../mail/send/build.ts'
import { type FileSources, openFiles } from '../../mail/send/files.ts'
import { type MailThread, type ThreadReading, threadBefore } from '../../mail/send/thread.ts'
import type { AccessTokens } from '../account/access-tokens.ts'
import { accountOf, type MailAccount } from '../account/account.ts'
import { credentialOf } from '../account/credential.ts'
import { reachable } from '../account/reachable.ts'
import type { EmailSettings } from '../settings.ts'
import type { SmtpTarget } from './smtp.ts'
import { SmtpFailed } from './smtp-failed.ts'
import { smtpRefusal } from './smtp-refusal.ts'

export interface SendParts {
  readonly capabilities: ChannelCapabilities
  readonly tokens: AccessTokens
  readonly files: FileSources
  readonly threads: ThreadReading
  readonly settings: EmailSettings
}

type Refused = Exclude<SendResult, { ok: true }>

/** Sends through the connection's own SMTP server. */
export function emailChannel(parts: SendParts, test: Channel['test']): Channel {
  return { capabilities: parts.capabilities, send: (request) => stoppable(parts, request), test }
}

/** Before the mail is under way, being told to stop means that nothing was sent. */
async function stoppable(parts: SendParts, request: SendRequest): Promise<SendResult> {
  try {
    return await send(parts, request)
  } catch (error) {
    if (!request.signal.aborted) throw error
    return refuse('retryable', 'aborted', 'Stopped before it was sent.')
  }
}

async function send(parts: SendParts, request: SendRequest): Promise<SendResult> {
  const { connection, content, to, signal } = request
  if (to.kind !== 'email') return refuse('recipient', 'parley.identity', `A mail cannot be written to a ${to.kind}.`)
  const read = accountOf(connection)
  if (!read.ok) return refuse('auth', 'parley.settings', read.detail)
  const { account } = read
  const target = await smtpTarget(parts, connection, account)
  if (!target.ok) return target
  const thread = await threadBefore(parts.threads, request)
  const files = await openFiles(parts.files, connection.tenantId, filesOf(content), signal)
  if (!files.ok) return files
  try {
    return await sendFiles(parts, request, { account, target: target.target, thread, files: files.files })
  } finally {
    for (const { content: file } of files.files) if (file instanceof Readable) file.destroy()
  }
}

/** The mail with its files, which the caller closes whatever becomes of it. */
async function sendFiles(
  parts: SendParts,
  request: SendRequest,
  ready: {
    readonly account: MailAccount
    readonly target: SmtpTarget
    readonly thread: MailThread
    readonly files: readonly Mail.Attachment[]
  },
): Promise<SendResult> {
  const { connection, content, to, correlationId, signal } = request
  const { account, target, thread, files } = ready
  const domain = account.from.address.split('@').at(-1) ?? 'localhost'
  const messageId = ownMessageId({ correlationId, connectionId: connection.id, to: to.value, domain })
  const from = { ...account.from, subject: account.subject }
  const built = buildMail({ content, from, to: to.value, messageId, thread, files })
  if (!built.ok) return built
  try {
    // nodemailer is loaded by the first who sends.
    const { deliver } = await import('./smtp.ts')
    await deliver(target, built.options, signal)
    return { ok: true, externalId: messageId }
  } catch (error) {
    if (!(error instanceof SmtpFailed)) throw error
    const refusal = smtpRefusal(error.error, error.progress, parts.settings)
    if (refusal.failure === 'auth') parts.tokens.forget(connection)
    return { ...refusal, detail: withoutSecrets(refusal.detail, connection) }
  }
}

/** Where the connection's mails are handed in, and as whom. */
export async function smtpTarget(
  { tokens, files, settings }: Pick<SendParts, 'tokens' | 'files' | 'settings'>,
  connection: Connection,
  account: MailAccount,
): Promise<{ ok: true; target: SmtpTarget } | Refused> {
  const server = account.smtp
  if (server.security === 'none' && !settings.allowPlain)
    return refuse('auth', 'parley.plain', 'This installation speaks to mail servers under TLS only.')
  const at = await reachable(server, files.egress)
  if (!at.ok) return refuse(at.blocked ? 'auth' : 'retryable', 'parley.unreachable', at.detail)
  const given = await credentialOf(connection, account, tokens)
  if (!given.ok) return refuse(given.failure, 'parley.credential', given.detail)
  const { connectMs, socketMs } = settings
  return { ok: true, target: { server, at: at.server, credential: given.credential, connectMs, socketMs } }
}

/** A server's words may repeat what it was shown. */
export function withoutSecrets(text: string, { secrets }: Connection): string {
  return Object.values(secrets).reduce(
    (words, secret) => (secret.length < 4 ? words : words.replaceAll(secret, '[masked]')),
    text,
  )
}
