/** A mail that a customer writes to an address of ours. */
export interface CustomerMail {
  readonly from: string
  readonly to: string
  readonly messageId: string
  readonly subject?: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
  readonly files?: readonly { readonly fileName: string; readonly mimeType: string; readonly content: Buffer }[]
}

const BOUNDARY = 'part-of-the-simulated-mail'

/** As it came over SMTP: UTF-8, base64. */
export function rawMail(mail: CustomerMail): Buffer {
  const { files = [] } = mail
  const head = {
    From: mail.from,
    To: mail.to,
    ...(mail.subject === undefined ? {} : { Subject: mail.subject }),
    'Message-ID': `<${mail.messageId}>`,
    'MIME-Version': '1.0',
    ...mail.headers,
  }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`)
  const text = part('text/plain; charset=utf-8', Buffer.from(mail.text))
  if (files.length === 0) return Buffer.from([...lines, text].join('\r\n'))
  const parts = files.map(({ fileName, mimeType, content }) =>
    part(`${mimeType}\r\nContent-Disposition: attachment; filename="${fileName}"`, content),
  )
  const body = [text, ...parts].map((one) => `--${BOUNDARY}\r\n${one}`)
  const type = `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`
  return Buffer.from([...lines, type, '', ...body, `--${BOUNDARY}--`, ''].join('\r\n'))
}

function part(type: string, content: Buffer): string {
  const base64 = content.toString('base64').replace(/.{76}/g, '$&\r\n')
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}`
}
