import { escapeHtml, type OutboundContent, type OutboundMail, type OutboundMedia, type SendResult } from '@parley/core'
import type Mail from 'nodemailer/lib/mailer'
import { type MailThread, replySubject } from './thread.ts'

/** What all of a connection's mails share. */
export interface MailSender {
  readonly address: string
  readonly name?: string
  /** Of a mail that neither says nor goes on with one. */
  readonly subject: string
}

export interface MailToBuild {
  readonly content: OutboundContent
  readonly from: MailSender
  readonly to: string
  /** Without brackets, by `ownMessageId`. */
  readonly messageId: string
  readonly thread: MailThread
  /** By `filesOf(content)`, in its order. */
  readonly files: readonly Mail.Attachment[]
}

export type Refused = Exclude<SendResult, { ok: true }>

/** The files that an outgoing content needs, in order. */
export function filesOf(content: OutboundContent): readonly OutboundMedia[] {
  if (content.kind === 'email') return content.attachments ?? []
  return 'media' in content ? [content.media] : []
}

const ADDRESS = /^[^\s@<>",;:\\]+@[^\s@<>",;:\\]+$/

/**
 * A mail for nodemailer (or, field by field, for a vendor's API). Every header is one line: line breaks in a name or a subject
 * become spaces, and an address that is not one is refused.
 */
export function buildMail(mail: MailToBuild): { ok: true; options: Mail.Options } | Refused {
  const written = mailFrom(mail.content)
  if (written === undefined) return refuse('content', 'parley.no-kind', `Mail sends no ${mail.content.kind}.`)
  const { cc = [], bcc = [] } = written
  const wrong = [mail.to, ...cc, ...bcc].find((address) => !ADDRESS.test(address))
  if (wrong !== undefined) return refuse('recipient', 'parley.address', 'A recipient is no mail address.')
  const { from, thread, messageId, files } = mail
  const options: Mail.Options = {
    messageId: `<${messageId}>`,
    from: { name: oneLine(from.name ?? ''), address: from.address },
    to: { name: '', address: mail.to },
    subject: oneLine(written.subject ?? continued(thread) ?? from.subject),
    text: written.text,
    html: written.html ?? paragraphs(written.text),
    attachments: [...files],
    headers: headersOf(written, thread),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(cc.length === 0 ? {} : { cc: [...cc] }),
    ...(bcc.length === 0 ? {} : { bcc: [...bcc] }),
    ...(thread.inReplyTo === undefined ? {} : { inReplyTo: `<${thread.inReplyTo}>` }),
    ...(thread.references.length === 0 ? {} : { references: thread.references.map((id) => `<${id}>`) }),
  }
  return { ok: true, options }
}

export function refuse(failure: Refused['failure'], code: string, detail: string): Refused {
  return { ok: false, failure, code, detail }
}

/** Words and files of any kind, as a mail. */
function mailFrom(content: OutboundContent): OutboundMail | undefined {
  if (content.kind === 'email') return content
  if (content.kind === 'text') return { kind: 'email', text: content.text }
  return 'media' in content ? { kind: 'email', text: content.text ?? '' } : undefined
}

function continued({ subject }: MailThread): string | undefined {
  return subject === undefined ? undefined : replySubject(subject)
}

function headersOf({ unsubscribeUrl }: OutboundMail, { automatic }: MailThread): Record<string, string> {
  return {
    ...(automatic ? { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' } : {}),
    ...(unsubscribeUrl === undefined
      ? {}
      : {
          'List-Unsubscribe': `<${new URL(unsubscribeUrl).href}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }),
  }
}

function paragraphs(text: string): string {
  const blocks = text.split(/\n{2,}/).map((block) => `<p>${escapeHtml(block).replaceAll('\n', '<br>')}</p>`)
  return blocks.join('\n')
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get into a header
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim()
}
