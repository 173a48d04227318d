import iconv from 'iconv-lite'

/** A mail that a customer writes to an address of ours. */
export interface CustomerMail {
  readonly from: string
  readonly name?: string
  readonly to: string
  readonly messageId: string
  readonly subject?: string
  readonly text?: string
  readonly html?: string
  /** Of the text, in the mail and so in the form; default UTF-8. */
  readonly charset?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly files?: readonly {
    readonly fileName: string
    readonly mimeType: string
    readonly content: Buffer
    readonly contentId?: string
  }[]
}

const BOUNDARY = 'xYzZY'

interface Part {
  readonly name: string
  readonly content: Buffer
  readonly file?: { readonly fileName: string; readonly mimeType: string }
}

/** What Inbound Parse posts for the mail, and under which content type. */
export function inboundForm(mail: CustomerMail): { readonly body: Buffer; readonly contentType: string } {
  const { charset = 'UTF-8', files = [] } = mail
  const fields: Readonly<Record<string, string>> = {
    headers: headerBlock(mail),
    dkim: `{@${mail.from.split('@').at(-1)} : pass}`,
    to: mail.to,
    from: fromOf(mail),
    sender_ip: '192.0.2.1',
    spam_report: 'Spam detection software says nothing.',
    envelope: JSON.stringify({ to: [mail.to], from: mail.from }),
    subject: mail.subject ?? '',
    spam_score: '0.1',
    SPF: 'pass',
    attachments: String(files.length),
    ...(files.length === 0 ? {} : { 'attachment-info': JSON.stringify(infoOf(mail)) }),
    charsets: JSON.stringify({ to: 'UTF-8', from: 'UTF-8', subject: 'UTF-8', text: charset, html: charset }),
  }
  const parts: Part[] = Object.entries(fields).map(([name, value]) => ({ name, content: Buffer.from(value) }))
  if (mail.text !== undefined) parts.push({ name: 'text', content: iconv.encode(mail.text, charset) })
  if (mail.html !== undefined) parts.push({ name: 'html', content: iconv.encode(mail.html, charset) })
  for (const [index, file] of files.entries())
    parts.push({ name: `attachment${index + 1}`, content: file.content, file })
  return formOf(parts)
}

/** What Inbound Parse posts with "Post the raw, full MIME message". */
export function rawInboundForm(raw: Buffer, mail: Pick<CustomerMail, 'from' | 'to'>) {
  const envelope = JSON.stringify({ to: [mail.to], from: mail.from })
  return formOf([
    { name: 'envelope', content: Buffer.from(envelope) },
    { name: 'email', content: raw },
  ])
}

function formOf(parts: readonly Part[]) {
  const chunks = parts.flatMap(({ name, content, file }) => {
    const named = file === undefined ? '' : `; filename="${file.fileName}"\r\ncontent-type: ${file.mimeType}`
    const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${named}\r\n\r\n`
    return [Buffer.from(head), content, Buffer.from('\r\n')]
  })
  const body = Buffer.concat([...chunks, Buffer.from(`--${BOUNDARY}--\r\n`)])
  return { body, contentType: `multipart/form-data; boundary=${BOUNDARY}` }
}

function fromOf({ from, name }: CustomerMail): string {
  return name === undefined ? from : `${name} <${from}>`
}

function headerBlock(mail: CustomerMail): string {
  const lines = {
    From: fromOf(mail),
    To: mail.to,
    Subject: mail.subject ?? '',
    'Message-ID': `<${mail.messageId}>`,
    ...mail.headers,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function infoOf({ files = [] }: CustomerMail): object {
  const info = files.map(({ fileName, mimeType, contentId }, index) => [
    `attachment${index + 1}`,
    { filename: fileName, name: fileName, type: mimeType, ...(contentId && { 'content-id': contentId }) },
  ])
  return Object.fromEntries(info)
}
