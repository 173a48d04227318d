import { createHash } from 'node:crypto'
import type { InboundContent, MailAddress, MailAttachment } from '@parley/core'
import { isAutomatic } from './automatic.ts'
import { foldText } from './fold.ts'
import type { MailHeaders } from './headers.ts'
import { htmlText } from './html-text.ts'
import { MAX_HTML, STORED } from './limits.ts'
import { type MailReport, type ReportPart, reportOf } from './report.ts'
import { safeHtml } from './safe-html.ts'
import { clean, clip } from './text.ts'

/** A mail taken apart: by {@link readMail}, or by a vendor. */
export interface MailParts {
  readonly headers: MailHeaders
  readonly text?: string
  readonly html?: string
  readonly attachments?: readonly MailAttachment[]
  /** Parts of a report, where the mail is one. */
  readonly reportParts?: readonly ReportPart[]
  /** The vendor's handle of the whole mail: offered as a file where something of it is too long to be shown. */
  readonly originalRef?: string
  /** Why it could not be read to its end. */
  readonly broken?: string
}

/** A mail as a channel needs it. Ids are without brackets, addresses in lower case. */
export interface ReadMail {
  readonly headers: MailHeaders
  /** A mail without one is named by its own content. */
  readonly messageId: string
  readonly from?: MailAddress
  /** Where the person wants to be answered, when that is elsewhere. */
  readonly replyTo?: MailAddress
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly subject: string
  readonly date?: Date
  /** What it answers, nearest first: In-Reply-To (several clients write more than one), then References from the end. */
  readonly refersTo: readonly string[]
  readonly automatic: boolean
  readonly content: InboundContent
  /** A server tells of a mail of ours; it is nothing for the inbox. */
  readonly report?: MailReport
}

/** Puts a mail together as the inbox shows it. Pure; throws nothing for whatever stands in the mail. */
export function mailOf(parts: MailParts): ReadMail {
  const { headers } = parts
  const [to, cc] = [headers.addresses('to'), headers.addresses('cc')]
  const [from] = [...headers.addresses('from'), ...headers.addresses('sender')]
  const replyTo = headers.addresses('reply-to')[0]
  const subject = clip((headers.text('subject') ?? '').replace(/\s+/g, ' ').trim(), STORED.subject)
  const date = headers.date('date')
  const automatic = isAutomatic(headers)
  const html = parts.html === undefined ? '' : safeHtml(clip(clean(parts.html), MAX_HTML))
  const text = bodyText(parts.text, html)
  const report = reportOf(headers, parts.reportParts ?? [], text)
  return {
    ...{ headers, to, cc, subject, automatic },
    messageId: headers.ids('message-id')[0] ?? namedByContent(headers, text),
    refersTo: [...new Set([...headers.ids('in-reply-to'), ...headers.ids('references').toReversed()])],
    content: contentOf(parts, { subject, to, cc, automatic, text, html }),
    ...(from === undefined ? {} : { from }),
    ...(replyTo === undefined || replyTo.address === from?.address ? {} : { replyTo }),
    ...(date === undefined ? {} : { date }),
    ...(report === undefined ? {} : { report }),
  }
}

interface Shown {
  readonly subject: string
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly automatic: boolean
  readonly text: string
  readonly html: string
}

function contentOf(parts: MailParts, shown: Shown): InboundContent {
  const { subject, automatic, text, html } = shown
  if (parts.broken !== undefined && text === '' && (parts.attachments ?? []).length === 0) {
    const raw = { subject, ...(parts.originalRef === undefined ? {} : { ref: parts.originalRef }) }
    return { kind: 'unsupported', vendorKind: 'mail', detail: clip(parts.broken, 500), raw }
  }
  const folded = foldText(text)
  const files = (parts.attachments ?? []).map(storable)
  const htmlTooLong = html.length > STORED.html || (parts.html ?? '').length > MAX_HTML
  const tooLong = [folded.text, folded.quoted ?? ''].some((one) => one.length > STORED.text) || htmlTooLong
  const incomplete = tooLong || files.length > STORED.attachments || parts.broken !== undefined
  const whole = incomplete && parts.originalRef !== undefined ? [original(parts.originalRef)] : []
  const attachments = [...files.slice(0, STORED.attachments - whole.length), ...whole]
  return {
    kind: 'email',
    subject,
    text: clip(folded.text, STORED.text),
    ...(html === '' || htmlTooLong ? {} : { html }),
    ...(folded.quoted === undefined ? {} : { quoted: clip(folded.quoted, STORED.text) }),
    ...(folded.signature === undefined ? {} : { signature: clip(folded.signature, STORED.text) }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(shown.to.length === 0 ? {} : { to: shown.to.slice(0, STORED.addresses) }),
    ...(shown.cc.length === 0 ? {} : { cc: shown.cc.slice(0, STORED.addresses) }),
    ...(automatic ? { automatic } : {}),
  }
}

/** The text part; without one, what the HTML says. */
function bodyText(text: string | undefined, html: string): string {
  const plain = clean(text ?? '').trim()
  return plain !== '' || html === '' ? plain : clean(htmlText(html)).trim()
}

function storable({ fileName, contentId, ...attachment }: MailAttachment): MailAttachment {
  return {
    ...attachment,
    ...(fileName === undefined ? {} : { fileName: clip(clean(fileName), STORED.fileName) }),
    ...(contentId === undefined || contentId.length > STORED.contentId ? {} : { contentId: clean(contentId) }),
  }
}

function original(ref: string): MailAttachment {
  return { mimeType: 'message/rfc822', fileName: 'original.eml', ref }
}

function namedByContent(headers: MailHeaders, text: string): string {
  const facts = ['date', 'from', 'to', 'subject', 'received'].map((name) => headers.raw(name) ?? '')
  return `${createHash('sha256')
    .update(JSON.stringify([...facts, text]))
    .digest('hex')
    .slice(0, 40)}@no-message-id`
}
