import { ADA, type MailCase, OURS, parts, wire } from './case.ts'

const status = (lines: readonly string[]) =>
  `Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n${lines.join('\n')}\n`
const returned = `Content-Type: text/rfc822-headers\n\nMessage-ID: <${OURS}>\nSubject: What we wrote\n`
const report = (type: string) => `multipart/report; report-type=${type}; boundary=x`
const DAEMON = {
  From: 'Mail Delivery Subsystem <mailer-daemon@mx.example>',
  'Return-Path': '<>',
  Subject: 'Undeliverable',
}

/** Absence notes, lists, bounces, complaints and receipts, in the forms of the servers that write them. */
export const MACHINES: readonly MailCase[] = [
  {
    name: 'an absence note by RFC 3834',
    raw: wire({ 'Auto-Submitted': 'auto-replied', 'In-Reply-To': `<${OURS}>` }, 'Back on Monday.'),
    text: 'Back on Monday.',
    automatic: true,
    replyTo: OURS,
  },
  {
    name: 'an absence note of Exchange',
    raw: wire(
      { Subject: 'Automatische Antwort: Opening hours', 'X-Auto-Response-Suppress': 'All' },
      'Ich bin nicht im Büro.',
    ),
    automatic: true,
  },
  {
    name: 'an absence note that tells by its subject alone',
    raw: wire({ Subject: 'Out of Office: Opening hours' }, 'I am away.'),
    automatic: true,
  },
  { name: 'a newsletter', raw: wire({ Precedence: 'bulk', 'List-Id': '<news.example>' }, 'Buy now.'), automatic: true },
  {
    name: 'a mailing list that says so only by List-Id',
    raw: wire({ 'List-Id': 'Cakes <cakes.lists.example>' }, 'A recipe.'),
    automatic: true,
  },
  { name: 'an old auto-responder', raw: wire({ 'X-Autoreply': 'yes' }, 'We got your mail.'), automatic: true },
  { name: 'Auto-Submitted: no as a person', raw: wire({ 'Auto-Submitted': 'no' }, 'It is me.'), automatic: false },
  {
    name: 'a bounce of Postfix',
    raw: wire(
      { ...DAEMON, 'Content-Type': report('delivery-status') },
      parts(
        'x',
        'Content-Type: text/plain\n\nI am sorry to have to inform you',
        status([
          `Final-Recipient: rfc822; ${ADA}`,
          'Action: failed',
          'Status: 5.1.1',
          'Diagnostic-Code: smtp; 550 5.1.1 <ada@example.com>: unknown',
        ]),
        `Content-Type: message/rfc822\n\nMessage-ID: <${OURS}>\nSubject: ours\n\nOur words.`,
      ),
    ),
    becomes: 'failed',
    code: '5.1.1',
  },
  {
    name: 'a bounce of Gmail',
    raw: wire(
      { ...DAEMON, 'X-Failed-Recipients': ADA, 'Content-Type': report('delivery-status') },
      parts(
        'x',
        `Content-Type: multipart/related; boundary=y\n\n${parts('y', 'Content-Type: text/html\n\n<p>Address not found</p>')}`,
        status([
          `Final-Recipient: rfc822; ${ADA}`,
          'Action: failed',
          'Status: 5.2.2',
          'Diagnostic-Code: smtp; 552-5.2.2 The mailbox is full',
        ]),
        returned,
      ),
    ),
    becomes: 'failed',
    code: '5.2.2',
  },
  {
    name: 'a bounce of Exchange, in German',
    raw: wire(
      {
        From: 'Microsoft Outlook <postmaster@example.com>',
        Subject: 'Unzustellbar: Öffnungszeiten',
        'Content-Type': report('delivery-status'),
      },
      parts(
        'x',
        'Content-Type: text/plain; charset=utf-8\n\nFehler bei der Nachrichtenzustellung',
        status([
          `Final-Recipient: rfc822;${ADA}`,
          'Action: failed',
          'Status: 5.7.1',
          'Diagnostic-Code: smtp;550 5.7.1 RESOLVER.RST.NotAuthorized',
        ]),
        returned,
      ),
    ),
    becomes: 'failed',
    code: '5.7.1',
  },
  {
    name: 'a bounce of Exim, which names the recipient in a header',
    raw: wire(
      { ...DAEMON, 'X-Failed-Recipients': ADA },
      `A message could not be delivered:\n\n  ${ADA}\n    550 5.1.1 unknown user\n\n------ This is a copy of the message ------\n\nMessage-ID: <${OURS}>\nSubject: ours\n`,
    ),
    becomes: 'failed',
    code: '5.1.1',
  },
  {
    name: 'a bounce of qmail, in words alone',
    raw: wire(
      { ...DAEMON },
      `Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n<${ADA}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 no such user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <${OURS}>\n`,
    ),
    becomes: 'failed',
    code: '550',
  },
  {
    name: 'a delay as nothing that happened yet',
    raw: wire(
      { ...DAEMON, 'Content-Type': report('delivery-status') },
      parts(
        'x',
        'Content-Type: text/plain\n\nStill trying',
        status([`Final-Recipient: rfc822; ${ADA}`, 'Action: delayed', 'Status: 4.4.1']),
        returned,
      ),
    ),
    becomes: 'unknown',
  },
  {
    name: 'a delivery that was asked for',
    raw: wire(
      { ...DAEMON, 'Content-Type': report('delivery-status') },
      parts(
        'x',
        'Content-Type: text/plain\n\nDelivered',
        status([`Final-Recipient: rfc822; ${ADA}`, 'Action: delivered', 'Status: 2.0.0']),
        returned,
      ),
    ),
    becomes: 'delivered',
  },
  {
    name: 'a complaint (ARF) as a mail that is not wanted',
    raw: wire(
      { From: 'feedback@isp.example', 'Content-Type': report('feedback-report') },
      parts(
        'x',
        'Content-Type: text/plain\n\nAn abuse report',
        `Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: ISP/1\nVersion: 1\nOriginal-Rcpt-To: <${ADA}>\n`,
        `Content-Type: message/rfc822\n\nMessage-ID: <${OURS}>\n\nours`,
      ),
    ),
    becomes: 'failed',
    code: 'complaint:abuse',
  },
  {
    name: 'a receipt that the mail was opened',
    raw: wire(
      { 'Content-Type': report('disposition-notification') },
      parts(
        'x',
        'Content-Type: text/plain\n\nDisplayed',
        `Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ${ADA}\nOriginal-Message-ID: <${OURS}>\nDisposition: automatic-action/MDN-sent-automatically; displayed\n`,
      ),
    ),
    becomes: 'read',
  },
  {
    name: 'a report about no mail of ours as unknown, not as a message',
    raw: wire(
      { ...DAEMON, 'Content-Type': report('delivery-status') },
      parts('x', 'Content-Type: text/plain\n\nSomething went wrong'),
    ),
    becomes: 'unknown',
    person: 'mailer-daemon@mx.example',
  },
]
