import { ADA, base64, type MailCase, OURS, parts, SHOP, TO_BEN, wire } from './case.ts'

const QUOTED = `On Mon, 16 Nov 2026 at 09:00, Shop <${SHOP}> wrote:\n> We are open from nine.\n> Shop`

/** How people answer, sign, quote and forward. */
export const ANSWERS: readonly MailCase[] = [
  {
    name: 'a first mail as it was written',
    raw: wire({}, 'When do you open?'),
    subject: 'Opening hours',
    text: 'When do you open?',
    automatic: false,
  },
  {
    name: 'an answer without what it quotes',
    raw: wire({ 'In-Reply-To': `<${OURS}>`, References: `<${OURS}>` }, `And on Sundays?\n\n${QUOTED}`),
    text: 'And on Sundays?',
    quoted: 'We are open from nine.',
    replyTo: OURS,
  },
  {
    name: 'several ids in In-Reply-To',
    raw: wire({ 'In-Reply-To': `<else@example.com> <${OURS}>` }, 'Both of them.'),
    text: 'Both of them.',
    replyTo: OURS,
  },
  {
    name: 'ids that are parted by commas and a comment',
    raw: wire({ 'In-Reply-To': `<else@example.com>, <${OURS}> (Shop's message)` }, 'Yes.'),
    replyTo: OURS,
  },
  {
    name: 'a reference that is folded over lines',
    raw: wire({ References: `<a@example.com>\n <b@example.com>\n\t<${OURS}>` }, 'Further down the thread.'),
    replyTo: OURS,
  },
  { name: 'an id without its brackets', raw: wire({ 'In-Reply-To': OURS }, 'An odd client.'), replyTo: OURS },
  {
    name: 'a reference to a mail to somebody else as none',
    raw: wire({ 'In-Reply-To': `<${TO_BEN}>`, References: `<${TO_BEN}>` }, 'Ben passed this on to me.'),
    text: 'Ben passed this on to me.',
  },
  {
    name: 'the same subject as no answer',
    raw: wire({ Subject: 'Re: Re: Opening hours' }, 'A new question.'),
    subject: 'Re: Re: Opening hours',
  },
  {
    name: 'a reference of a newsletter to itself as none',
    raw: wire({ References: '<campaign-7@news.example>', 'In-Reply-To': '<campaign-7@news.example>' }, 'Tell me more.'),
  },
  {
    name: 'a signature after two dashes',
    raw: wire({}, 'When do you open?\n\n-- \nAda Lovelace\nAnalytical Engines Ltd.'),
    text: 'When do you open?',
    signature: 'Analytical Engines',
  },
  {
    name: 'the words of a telephone',
    raw: wire({}, 'On my way.\n\nSent from my iPhone'),
    text: 'On my way.',
    signature: 'Sent from my iPhone',
  },
  {
    name: 'answers between the quoted lines, in order',
    raw: wire({ 'In-Reply-To': `<${OURS}>` }, '> Is nine fine?\nYes.\n\n> And the cake?\nChocolate.\n'),
    text: 'Yes.\n\nChocolate.',
    quoted: 'And the cake?',
    replyTo: OURS,
  },
  {
    name: 'a German answer',
    raw: wire(
      { 'In-Reply-To': `<${OURS}>` },
      `Danke!\n\nAm 16.11.2026 um 09:00 schrieb Shop <${SHOP}>:\n> Wir öffnen um neun.`,
    ),
    text: 'Danke!',
    quoted: 'um neun',
    replyTo: OURS,
  },
  {
    name: 'a French answer',
    raw: wire(
      { 'In-Reply-To': `<${OURS}>` },
      `Merci\n\nLe lun. 16 nov. 2026 à 09:00, Shop <${SHOP}> a écrit :\n> Nous ouvrons à neuf heures.`,
    ),
    text: 'Merci',
    quoted: 'neuf heures',
    replyTo: OURS,
  },
  {
    name: 'an answer from Outlook',
    raw: wire(
      { 'In-Reply-To': `<${OURS}>` },
      `Fine with me.\n\n-----Original Message-----\nFrom: Shop <${SHOP}>\nSent: Monday, November 16, 2026 9:00 AM\nTo: Ada\nSubject: Opening hours\n\nWe are open from nine.`,
    ),
    text: 'Fine with me.',
    quoted: 'We are open from nine.',
    replyTo: OURS,
  },
  {
    name: 'a forwarded mail whole',
    raw: wire(
      { Subject: 'Fwd: Invoice' },
      'Is this yours?\n\n---------- Forwarded message ---------\nFrom: Ben <ben@example.net>\nSubject: Invoice\n\nPlease pay.',
    ),
    text: 'Is this yours?\n\n---------- Forwarded message ---------\nFrom: Ben <ben@example.net>\nSubject: Invoice\n\nPlease pay.',
  },
  {
    name: 'a mail that is attached to another as a file',
    raw: wire(
      { 'Content-Type': 'multipart/mixed; boundary=x' },
      parts(
        'x',
        'Content-Type: text/plain\n\nSee the attached mail.',
        'Content-Type: message/rfc822\n\nFrom: ben@example.net\nSubject: inner\n\nThe inner text.',
      ),
    ),
    text: 'See the attached mail.',
    files: ['message.eml message/rfc822'],
  },
  {
    name: 'a mail that is nothing but a quotation',
    raw: wire({ 'In-Reply-To': `<${OURS}>` }, '> We are open from nine.'),
    text: '> We are open from nine.',
    replyTo: OURS,
  },
  {
    name: 'the person whom a form on our site names',
    raw: wire({ From: `"Web site" <${SHOP}>`, 'Reply-To': ADA }, 'Ada writes: a cake, please.'),
    person: ADA,
  },
  {
    name: 'a mail that has no Message-ID',
    raw: wire({ 'Message-ID': undefined }, 'From a scanner.'),
    text: 'From a scanner.',
  },
  {
    name: 'what the business wrote in its own client',
    sent: true,
    becomes: 'echo',
    raw: wire({ From: SHOP, To: 'Ada <ada@example.com>' }, 'We are open from nine.'),
    text: 'We are open from nine.',
  },
  {
    name: 'our own mail in the Sent folder',
    sent: true,
    becomes: 'echo',
    raw: wire({ From: SHOP, To: ADA, 'Message-ID': `<${OURS}>` }, 'Ours.'),
    text: 'Ours.',
  },
  {
    name: 'HTML with what it quotes folded',
    raw: wire(
      { 'In-Reply-To': `<${OURS}>`, 'Content-Type': 'text/html; charset=utf-8', 'Content-Transfer-Encoding': 'base64' },
      base64('<div>Thanks a lot</div><blockquote>On Mon, Shop wrote: nine</blockquote>'),
    ),
    text: 'Thanks a lot',
    html: 'Thanks a lot',
    replyTo: OURS,
  },
]
