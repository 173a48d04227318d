import { base64, type MailCase, parts, wire } from './case.ts'

const MULTIPART = { 'Content-Type': 'multipart/mixed; boundary=x' }
const PIXEL = Buffer.from('89504e470d0a1a0a', 'hex')

/** Charsets, encodings and the trees that clients build. */
export const FORMS: readonly MailCase[] = [
  {
    name: 'UTF-8 that names no charset',
    raw: wire({ 'Content-Type': 'text/plain' }, 'Grüße aus Köln – 你好'),
    text: 'Grüße aus Köln – 你好',
  },
  { name: 'Latin-1 that names no charset', raw: wire({}, 'Gr\xfc\xdfe aus K\xf6ln', 'latin1'), text: 'Grüße aus Köln' },
  {
    name: 'UTF-8 that says it is Latin-1',
    raw: wire({ 'Content-Type': 'text/plain; charset=iso-8859-1' }, 'Grüße'),
    text: 'Grüße',
  },
  {
    name: 'Windows-1252 that says it is UTF-8',
    raw: wire({ 'Content-Type': 'text/plain; charset=utf-8' }, '\x93Caf\xe9\x94 \x96 10 \x80', 'latin1'),
    text: '“Café” – 10 €',
  },
  {
    name: 'Windows-1251',
    raw: wire({ 'Content-Type': 'text/plain; charset=windows-1251' }, '\xcf\xf0\xe8\xe2\xe5\xf2', 'latin1'),
    text: 'Привет',
  },
  {
    name: 'Shift_JIS',
    raw: wire(
      { 'Content-Type': 'text/plain; charset=Shift_JIS' },
      '\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd',
      'latin1',
    ),
    text: 'こんにちは',
  },
  {
    name: 'ISO-2022-JP',
    raw: wire({ 'Content-Type': 'text/plain; charset=ISO-2022-JP' }, '\x1b$B$3$s$K$A$O\x1b(B', 'latin1'),
    text: 'こんにちは',
  },
  {
    name: 'GB2312',
    raw: wire({ 'Content-Type': 'text/plain; charset=gb2312' }, '\xc4\xe3\xba\xc3', 'latin1'),
    text: '你好',
  },
  {
    name: 'Hebrew in logical order (ISO-8859-8-I)',
    raw: wire({ 'Content-Type': 'text/plain; charset=iso-8859-8-i' }, '\xf9\xec\xe5\xed', 'latin1'),
    text: 'שלום',
  },
  {
    name: 'a charset that nobody knows',
    raw: wire({ 'Content-Type': 'text/plain; charset=x-mac-klingon' }, 'Grüße'),
    text: 'Grüße',
  },
  {
    name: 'a subject and a name in encoded words over two lines',
    raw: wire(
      { From: '=?ISO-8859-1?Q?Ad=E4?= <ada@example.com>', Subject: '=?utf-8?B?w5ZmZm51bmdz?=\n =?utf-8?B?emVpdGVu?=' },
      'x',
    ),
    subject: 'Öffnungszeiten',
  },
  {
    name: 'a subject of raw bytes',
    raw: wire({ Subject: '\xd6ffnungszeiten' }, 'x', 'latin1'),
    subject: 'Öffnungszeiten',
  },
  {
    name: 'quoted-printable text with soft line breaks',
    raw: wire(
      { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': 'quoted-printable' },
      'Gr=C3=BC=C3=9Fe aus=\n K=C3=B6ln',
    ),
    text: 'Grüße aus Köln',
  },
  {
    name: 'format=flowed',
    raw: wire({ 'Content-Type': 'text/plain; charset=utf-8; format=flowed' }, 'One long \nline.\nAnother.'),
    text: 'One long line.\nAnother.',
  },
  {
    name: 'nested multiparts: text, HTML, a picture in it, a file beside it',
    raw: wire(
      MULTIPART,
      parts(
        'x',
        `Content-Type: multipart/related; boundary=y\n\n${parts('y', `Content-Type: multipart/alternative; boundary=z\n\n${parts('z', 'Content-Type: text/plain\n\nLook at this', 'Content-Type: text/html\n\n<p>Look <b>at</b> this <img src="cid:pic@1"></p>')}`, `Content-Type: image/png; name=pic.png\nContent-ID: <pic@1>\nContent-Disposition: inline; filename=pic.png\nContent-Transfer-Encoding: base64\n\n${base64(PIXEL)}`)}`,
        `Content-Type: application/pdf; name="=?utf-8?Q?Rechnung_M=C3=A4rz.pdf?="\nContent-Disposition: attachment; filename*=utf-8''Rechnung%20M%C3%A4rz.pdf\nContent-Transfer-Encoding: base64\n\n${base64('%PDF')}`,
      ),
    ),
    text: 'Look at this',
    html: '<img src="cid:pic@1" />',
    files: ['pic.png image/png inline:pic@1', 'Rechnung März.pdf application/pdf'],
  },
  {
    name: 'HTML made safe',
    raw: wire(
      { 'Content-Type': 'text/html; charset=utf-8' },
      '<style>p{}</style><script>alert(1)</script><p onclick="x()" style="color:red;background:url(http://t.example/)">Hi</p><img src="http://t.example/pixel.gif"><form action="http://t.example"><input name=a></form><a href="javascript:x()">a</a><a href="https://example.com">b</a><iframe src="//t.example"></iframe><svg onload=x()></svg>',
    ),
    text: 'Hi\n\nab [https://example.com]',
    html: 'color:red',
    htmlLacks: ['script', 'onclick', 't.example', 'form', 'input', 'javascript', 'iframe', 'svg', 'alert'],
  },
  {
    name: 'HTML without text as text',
    raw: wire({ 'Content-Type': 'text/html' }, '<h1>Order</h1><ul><li>Cake</li><li>Tea &amp; milk</li></ul>'),
    text: 'Order\n\n * Cake\n * Tea & milk',
  },
  {
    name: 'an invitation',
    raw: wire(
      { 'Content-Type': 'multipart/alternative; boundary=x' },
      parts(
        'x',
        'Content-Type: text/plain\n\nCome along',
        'Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR',
      ),
    ),
    text: 'Come along',
    files: ['invite.ics text/calendar'],
  },
  {
    name: 'winmail.dat as the file it is',
    raw: wire(
      MULTIPART,
      parts(
        'x',
        'Content-Type: text/plain\n\nFrom Outlook',
        'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Disposition: attachment; filename="winmail.dat"\nContent-Transfer-Encoding: base64\n\neJ8+Ig==',
      ),
    ),
    text: 'From Outlook',
    files: ['winmail.dat application/ms-tnef'],
  },
  {
    name: 'a text file as a file',
    raw: wire(
      MULTIPART,
      parts(
        'x',
        'Content-Type: text/plain\n\nSee the log',
        'Content-Type: text/plain; name=server.log\nContent-Disposition: attachment; filename=server.log\n\nline 1',
      ),
    ),
    text: 'See the log',
    files: ['server.log text/plain'],
  },
  {
    name: 'a mail with a file and no words',
    raw: wire(MULTIPART, parts('x', 'Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\nAAAA')),
    text: '',
    files: ['a.jpg image/jpeg'],
  },
  {
    name: 'a multipart whose end is missing',
    raw: wire(MULTIPART, '--x\nContent-Type: text/plain\n\nCut off in the mid'),
    text: 'Cut off in the mid',
  },
  {
    name: 'a multipart without a boundary as text',
    raw: wire({ 'Content-Type': 'multipart/mixed' }, 'Plain after all'),
    becomes: 'message',
  },
  {
    name: 'broken base64',
    raw: wire({ 'Content-Type': 'text/plain', 'Content-Transfer-Encoding': 'base64' }, 'SGVsbG8gd29ybGQ*!'),
    text: 'Hello world',
  },
  {
    name: 'a mail without a sender as unknown',
    raw: wire({ From: undefined }, 'Who am I?'),
    becomes: 'unknown',
    person: '',
  },
  { name: 'a mail of nothing at all as unknown', raw: Buffer.alloc(0), becomes: 'unknown', person: '' },
  { name: 'NUL and half characters away', raw: wire({}, 'a\0b'), text: 'ab' },
]
