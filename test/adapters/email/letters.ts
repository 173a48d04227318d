/** Raw mails, as the wire has them. */
export interface Letter {
  readonly from: string
  readonly to: string
  readonly messageId: string
  readonly date: Date
  readonly subject: string
  readonly text: string
  /** More header lines. */
  readonly headers?: readonly string[]
}

const crlf = (lines: readonly string[]) => lines.join('\n').replace(/\r?\n/g, '\r\n')

function head({ from, to, messageId, date, subject, headers = [] }: Letter): readonly string[] {
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${messageId}>`,
    `Date: ${date.toUTCString()}`,
    'MIME-Version: 1.0',
    ...headers,
  ]
}

export function letter(mail: Letter): string {
  return crlf([
    ...head(mail),
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    mail.text,
    '',
  ])
}

export function pictureLetter(mail: Letter): string {
  return crlf([
    ...head(mail),
    'Content-Type: multipart/mixed; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain; charset=utf-8',
    '',
    mail.text,
    '--edge',
    'Content-Type: image/jpeg; name="picture.jpg"',
    'Content-Disposition: attachment; filename="picture.jpg"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('a jpeg').toString('base64'),
    '--edge--',
    '',
  ])
}

/** A report of a type that nobody has written down. */
export function strangeReport(mail: Letter): string {
  return crlf([
    ...head(mail),
    'Content-Type: multipart/report; report-type="hologram"; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain',
    '',
    mail.text,
    '--edge--',
    '',
  ])
}

export interface About {
  /** Message-ID of the mail it is about. */
  readonly externalId: string
  readonly to: string
  readonly recipient: string
  readonly date: Date
}

/** RFC 3464. */
export function bounce({
  externalId,
  to,
  recipient,
  date,
  action,
}: About & { readonly action: 'failed' | 'delivered' | 'delayed' }): string {
  const status = { failed: '5.1.1', delivered: '2.0.0', delayed: '4.4.1' }[action]
  const mail = {
    from: 'Mail Delivery System <mailer-daemon@mx.example>',
    to,
    date,
    subject: 'Delivery Status Notification',
    text: '',
  }
  return crlf([
    ...head({ ...mail, messageId: `${action}-${externalId}` }),
    'Return-Path: <>',
    'Auto-Submitted: auto-replied',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'This is the mail system at host mx.example.',
    '',
    '--edge',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    ...(action === 'failed' ? ['Diagnostic-Code: smtp; 550 5.1.1 User unknown'] : []),
    '',
    '--edge',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: <${externalId}>`,
    'Subject: what we wrote',
    '',
    '--edge--',
    '',
  ])
}

/** RFC 8098: the person's client shows that the mail was opened. */
export function receipt({ externalId, to, recipient, date }: About): string {
  const mail = { from: recipient, to, date, subject: 'Read: what you wrote', text: '' }
  return crlf([
    ...head({ ...mail, messageId: `read-${externalId}` }),
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain',
    '',
    'The mail was displayed.',
    '',
    '--edge',
    'Content-Type: message/disposition-notification',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Original-Message-ID: <${externalId}>`,
    'Disposition: manual-action/MDN-sent-manually; displayed',
    '',
    '--edge--',
    '',
  ])
}
