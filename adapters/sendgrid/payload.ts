import type { ApiMail } from '../mail/api/draft.ts'

/** What we give along, and every event about the mail hands back. */
export const ACCOUNT_ARG = 'parley_account'
export const MESSAGE_ARG = 'parley_message'

/** The body of `POST /v3/mail/send`. A part of the content must have a character, so an empty one is left out. */
export function payloadOf(mail: ApiMail, account: string): Readonly<Record<string, unknown>> {
  const content = [
    { type: 'text/plain', value: mail.text },
    { type: 'text/html', value: mail.html },
  ].filter(({ value }) => value !== '')
  return {
    personalizations: [
      {
        to: addresses([mail.to]),
        ...(mail.cc.length === 0 ? {} : { cc: addresses(mail.cc) }),
        ...(mail.bcc.length === 0 ? {} : { bcc: addresses(mail.bcc) }),
      },
    ],
    from: { email: mail.from.address, ...(mail.from.name === '' ? {} : { name: mail.from.name }) },
    subject: mail.subject,
    content: content.length === 0 ? [{ type: 'text/plain', value: ' ' }] : content,
    headers: mail.headers,
    custom_args: { [ACCOUNT_ARG]: account, [MESSAGE_ARG]: mail.messageId },
    ...(mail.files.length === 0 ? {} : { attachments: mail.files.map(attachment) }),
  }
}

function addresses(list: readonly string[]) {
  return list.map((email) => ({ email }))
}

function attachment({ fileName, mimeType, base64 }: ApiMail['files'][number]) {
  return { content: base64, filename: fileName, type: mimeType, disposition: 'attachment' }
}
