import type { ApiMail } from '../mail/api/draft.ts'

/** What we give along, and every event about the mail hands back. Letters, digits, `_` and `-` only. */
export const MESSAGE_TAG = 'parley_message'

/** The body of `POST /emails`. */
export function payloadOf(mail: ApiMail, correlationId: string): Readonly<Record<string, unknown>> {
  return {
    from: mail.from.name === '' ? mail.from.address : `"${quoted(mail.from.name)}" <${mail.from.address}>`,
    to: [mail.to],
    ...(mail.cc.length === 0 ? {} : { cc: mail.cc }),
    ...(mail.bcc.length === 0 ? {} : { bcc: mail.bcc }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: mail.headers,
    tags: [{ name: MESSAGE_TAG, value: correlationId }],
    ...(mail.files.length === 0 ? {} : { attachments: mail.files.map(attachment) }),
  }
}

function quoted(name: string): string {
  return name.replace(/["\\]/g, (sign) => `\\${sign}`)
}

function attachment({ fileName, mimeType, base64 }: ApiMail['files'][number]) {
  return { filename: fileName, content: base64, content_type: mimeType }
}
