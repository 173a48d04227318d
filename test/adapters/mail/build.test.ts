import { buffer } from 'node:stream/consumers'
import type { MessageView, OutboundContent } from '@parley/core'
import { expect } from 'chai'
import MailComposer from 'nodemailer/lib/mail-composer'
import { ownMessageId, readOwnId } from '../../../adapters/mail/own-id.ts'
import { MailHeaders } from '../../../adapters/mail/read/headers.ts'
import { buildMail } from '../../../adapters/mail/send/build.ts'
import { replySubject, threadFrom } from '../../../adapters/mail/send/thread.ts'

const FROM = { address: 'shop@example.org', name: 'Shop', subject: 'Message from Shop' }
const ALONE = { references: [], automatic: false }

async function headersOf(content: OutboundContent, more: object = {}): Promise<MailHeaders> {
  const mail = {
    content,
    from: FROM,
    to: 'ada@example.com',
    messageId: 'm@example.org',
    thread: ALONE,
    files: [],
    ...more,
  }
  const built = buildMail(mail)
  if (!built.ok) throw new Error(built.detail)
  return new MailHeaders(await buffer(new MailComposer(built.options).compile().createReadStream()))
}

function view(seq: number, more: Partial<MessageView>): MessageView {
  const common = {
    id: `id-${seq}`,
    seq,
    revision: seq,
    kind: 'email',
    text: '',
    status: 'received',
    createdAt: '',
  } as const
  return { ...common, direction: 'in', content: { kind: 'email', subject: `Subject ${seq}`, text: '' }, ...more }
}

describe('an outgoing mail', () => {
  it('lets nothing smuggle a header in: names, subjects and addresses are one line', async () => {
    const evil = 'Hello\r\nBcc: victim@example.net\r\n\r\n<b>body</b>'
    const headers = await headersOf({ kind: 'email', subject: evil, text: 'x' }, { from: { ...FROM, name: evil } })
    expect(headers.has('bcc')).to.equal(false)
    expect(headers.text('subject')).to.equal('Hello Bcc: victim@example.net <b>body</b>')
    const cc = { kind: 'email', text: 'x', cc: ['ben@example.net\r\nBcc: victim@example.net'] } as const
    const built = buildMail({
      content: cc,
      from: FROM,
      to: 'ada@example.com',
      messageId: 'm@x',
      thread: ALONE,
      files: [],
    })
    expect(built).to.include({ ok: false, failure: 'recipient' })
  })

  it('says that a program wrote it, so that no other program answers', async () => {
    const headers = await headersOf({ kind: 'text', text: 'We are closed.' }, { thread: { ...ALONE, automatic: true } })
    expect(headers.value('auto-submitted')).to.equal('auto-replied')
    expect(headers.raw('x-auto-response-suppress')).to.equal('All')
  })

  it('begins with the subject of the connection where there is nothing to go on with', async () => {
    expect((await headersOf({ kind: 'text', text: 'Hi' })).text('subject')).to.equal('Message from Shop')
  })

  it('refuses kinds that a mail cannot be', () => {
    const content = { kind: 'location', latitude: 1, longitude: 1 } as const
    const built = buildMail({ content, from: FROM, to: 'ada@example.com', messageId: 'm@x', thread: ALONE, files: [] })
    expect(built).to.include({ ok: false, failure: 'content' })
  })

  it('says Re: once, in whatever languages it was answered before', () => {
    expect(replySubject('RE: AW: Sv: Re[2]: Cake')).to.equal('Re: Cake')
    expect(replySubject('Reading list')).to.equal('Re: Reading list')
  })
})

describe('the thread of an outgoing mail', () => {
  const messages = [
    view(4, { direction: 'out', id: 'now', status: 'queued', author: { kind: 'agent', id: 'a' } }),
    view(3, { externalId: 'three@x', replyTo: 'id-2', content: { kind: 'email', subject: 'Re: Cake', text: '' } }),
    view(2, { externalId: 'two@x', direction: 'out', replyTo: 'id-1' }),
    view(1, { externalId: 'one@x', content: { kind: 'email', subject: 'Cake', text: '' } }),
  ]

  it('answers what came last, with the chain that led there', () => {
    const thread = threadFrom(messages, { correlationId: 'now' })
    expect(thread).to.deep.equal({
      ...{ inReplyTo: 'three@x', references: ['one@x', 'two@x', 'three@x'], subject: 'Re: Cake', automatic: false },
    })
  })

  it('answers what is quoted instead, also where it is no longer at hand', () => {
    expect(threadFrom(messages, { correlationId: 'now', replyTo: 'one@x' })).to.include({
      inReplyTo: 'one@x',
      subject: 'Cake',
    })
    const gone = threadFrom(messages, { correlationId: 'now', replyTo: 'gone@x' })
    expect(gone.references).to.deep.equal(['gone@x'])
  })

  it('is a program’s where no person wrote it', () => {
    const bot = [view(4, { direction: 'out', id: 'now', author: { kind: 'bot', id: 'b' } })]
    expect(threadFrom(bot, { correlationId: 'now' }).automatic).to.equal(true)
  })
})

describe('a Message-ID of ours', () => {
  const mail = { correlationId: 'message/1 ü', connectionId: 'c-1', to: 'Ada@Example.com', domain: 'example.org' }

  it('gives our own id back, and knows between whom it went', () => {
    const own = readOwnId(ownMessageId(mail))
    expect(own?.correlationId).to.equal('message/1 ü')
    expect(own?.isBetween('c-1', 'ada@example.com')).to.equal(true)
    expect(own?.isBetween('c-1', 'ben@example.com')).to.equal(false)
    expect(own?.isBetween('c-2', 'ada@example.com')).to.equal(false)
  })

  it("is not seen in anybody else's", () => {
    expect(readOwnId('parley.x@example.org')).to.equal(undefined)
    expect(readOwnId('CAF=abc@mail.gmail.com')).to.equal(undefined)
  })
})
