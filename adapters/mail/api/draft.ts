import { buffer } from 'node:stream/consumers'
import type { Connection, Database, Egress, ObjectStore, SendRequest, ThreadHistory } from '@parley/core'
import type Mail from 'nodemailer/lib/mailer'
import { ownMessageId } from '../own-id.ts'
import { buildMail, filesOf, type Refused } from '../send/build.ts'
import { openFiles } from '../send/files.ts'
import { threadBefore } from '../send/thread.ts'

/** A mail as a vendor's JSON API takes it: every field a text, files in base64. */
export interface ApiMail {
  /** Without brackets; the external id of the send. */
  readonly messageId: string
  readonly from: { readonly address: string; readonly name: string }
  readonly to: string
  /** Without doubles, and without whoever is named before. */
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Those that threads and machines need, Message-ID among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly files: readonly ApiFile[]
}

export interface ApiFile {
  readonly fileName: string
  readonly mimeType: string
  readonly base64: string
}

export interface DraftParts {
  readonly database: Database
  readonly history: ThreadHistory | undefined
  readonly store: ObjectStore | undefined
  readonly egress: Egress
  readonly maxFileBytes: number
}

/** What a request says, as a mail from the connection's address (its external id). */
export async function draftMail(
  parts: DraftParts,
  request: SendRequest,
): Promise<{ ok: true; mail: ApiMail } | Refused> {
  const { connection, to, content, correlationId, signal } = request
  const thread = await threadBefore(parts, request)
  const from = senderOf(connection)
  const domain = from.address.split('@').at(-1) ?? ''
  const messageId = ownMessageId({ correlationId, connectionId: connection.id, to: to.value, domain })
  const built = buildMail({ content, from, to: to.value, messageId, thread, files: [] })
  if (!built.ok) return built
  // Only now: a stream that nobody reads would stay open.
  const sources = { store: parts.store, egress: parts.egress, maxBytes: parts.maxFileBytes }
  const opened = await openFiles(sources, connection.tenantId, filesOf(content), signal)
  if (!opened.ok) return opened
  const files = await Promise.all(opened.files.map(fileOf))
  return { ok: true, mail: { ...fieldsOf(built.options, to.value), messageId, files, from } }
}

/** `settings.fromName`, and `settings.subject` for a mail that has none and goes on with none. */
function senderOf({ externalId, name, settings }: Connection) {
  const { fromName, subject } = settings
  return {
    address: externalId,
    name: typeof fromName === 'string' ? fromName : name,
    subject: typeof subject === 'string' ? subject : name,
  }
}

function fieldsOf(options: Mail.Options, to: string) {
  const cc = distinct(options.cc as string[] | undefined, [to])
  return {
    to,
    cc,
    bcc: distinct(options.bcc as string[] | undefined, [to, ...cc]),
    subject: options.subject ?? '',
    text: String(options.text ?? ''),
    html: String(options.html ?? ''),
    headers: {
      ...(options.headers as Record<string, string>),
      'Message-ID': options.messageId ?? '',
      ...(options.inReplyTo === undefined ? {} : { 'In-Reply-To': String(options.inReplyTo) }),
      ...(options.references === undefined ? {} : { References: [options.references].flat().join(' ') }),
    },
  }
}

function distinct(addresses: readonly string[] = [], taken: readonly string[]): readonly string[] {
  const seen = new Set(taken.map((address) => address.toLowerCase()))
  return addresses.filter((address) => {
    const fresh = !seen.has(address.toLowerCase())
    seen.add(address.toLowerCase())
    return fresh
  })
}

async function fileOf({ filename, content, contentType }: Mail.Attachment): Promise<ApiFile> {
  const bytes = Buffer.isBuffer(content) ? content : await buffer(content as NodeJS.ReadableStream)
  return {
    fileName: filename === undefined || filename === false ? 'file' : filename,
    mimeType: contentType ?? 'application/octet-stream',
    base64: bytes.toString('base64'),
  }
}
