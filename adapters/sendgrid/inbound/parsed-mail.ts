import type { MailAttachment } from '@parley/core'
import { decodeText } from '../../mail/read/charset.ts'
import { MailHeaders } from '../../mail/read/headers.ts'
import { mailOf, type ReadMail } from '../../mail/read/mail.ts'
import { attachmentInfo, contentIds, textField } from './fields.ts'
import type { Form, FormFile } from './form.ts'

/** A file of the mail, before it is kept. */
export interface NewFile {
  readonly content: Buffer
  readonly described: MailAttachment
}

/** The files of a parsed mail: parts named `attachment1`, `attachment2`, … */
export function filesIn(form: Form): readonly NewFile[] {
  const info = attachmentInfo(form)
  const ids = contentIds(form)
  return [...form]
    .filter(([name]) => /^attachment\d+$/.test(name))
    .map(([name, file]) => ({ content: file.content, described: describe(file, info[name] ?? {}, ids.get(name)) }))
}

function describe(file: FormFile, info: ReturnType<typeof attachmentInfo>[string], contentId: string | undefined) {
  const fileName = info.filename || info.name || file.fileName
  const id = (info['content-id'] || contentId || '').replace(/^<|>$/g, '')
  return {
    mimeType: info.type || file.mimeType || 'application/octet-stream',
    bytes: file.content.length,
    ...(fileName === undefined ? {} : { fileName }),
    ...(id === '' ? {} : { contentId: id, inline: true }),
  }
}

/** A mail that SendGrid took apart. `attachments`: its files, where they lie now. */
export function parsedMail(form: Form, attachments: readonly MailAttachment[]): ReadMail {
  const [text, html] = [textField(form, 'text'), textField(form, 'html')]
  const reportParts = filesIn(form)
    .filter(({ described }) => /^message\/|^text\/rfc822-headers/.test(described.mimeType))
    .map(({ content, described }) => ({ mimeType: described.mimeType, text: decodeText(content) }))
  return mailOf({
    headers: headersOf(form),
    attachments,
    reportParts,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  })
}

/** The mail's own block; without it, what the form says of sender, recipient and subject. */
function headersOf(form: Form): MailHeaders {
  const block = form.get('headers')?.content
  if (block !== undefined && block.length > 0) return new MailHeaders(block)
  const line = (name: string) => `${name}: ${(textField(form, name.toLowerCase()) ?? '').replace(/\s+/g, ' ')}`
  return new MailHeaders(['From', 'To', 'Subject'].map(line).join('\r\n'))
}
