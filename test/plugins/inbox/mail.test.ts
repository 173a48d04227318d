import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InboundContent } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { strFromU8, unzipSync } from 'fflate'
import { InboxKernel } from './inbox-kernel.ts'

type Mail = Extract<InboundContent, { kind: 'email' }>

interface Shown {
  readonly kind: string
  readonly content: Mail
  readonly attachments: readonly {
    readonly state: string
    readonly fileName?: string
    readonly contentId?: string
    readonly inline?: boolean
    readonly url?: string
  }[]
}

describe('mail in the inbox', function () {
  this.timeout(60_000)
  let inbox: InboxKernel
  let folder: string
  const clock = new TestClock('2026-01-05T09:00:00.000Z')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-inbox-mail-'))
    const plugins = [{ use: './adapters/local-files', settings: { folder } }]
    inbox = await InboxKernel.start({}, { clock, plugins, listen: true })
  })
  after(async () => {
    await inbox.stop()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    await inbox.settings({ greeting: '', keywords: [] })
    clock.advance(1100)
  })

  const mail = (subject: string, text: string, more: Partial<Mail> = {}): Mail => ({
    kind: 'email',
    subject,
    text,
    ...more,
  })
  const receive = (address: string, externalId: string, content: Mail) => {
    const sender = { identities: [{ kind: 'email', scope: '', value: address }], displayName: address }
    return inbox.receive(
      inbox.on.message(address, externalId, content, { sender, occurredAt: clock.now().toISOString() }),
    )
  }
  const last = async () => (await inbox.messages()).at(-1) as unknown as Shown

  it('shows subject and first words in the list, and is found by a word of either', async () => {
    await receive('ada@example.org', 'a1', mail('Order 4711', 'Where is my\nMarzipantorte?'))
    expect((await inbox.conversation()).lastMessage?.preview).to.equal('Order 4711 Where is my Marzipantorte?')
    for (const word of ['4711', 'marzipan']) expect(await inbox.conversations(`?q=${word}`), word).to.have.lengthOf(1)
    expect(await inbox.conversations('?q=nowhere')).to.have.lengthOf(0)
  })

  it('has each of its files fetched, and shows inline ones by their content id', async () => {
    inbox.vendor.file('r1', 'a logo', 'image/png')
    inbox.vendor.file('r2', 'an invoice', 'application/pdf')
    const attachments = [
      { mimeType: 'image/png', ref: 'r1', fileName: 'logo.png', contentId: 'logo@x', inline: true },
      { mimeType: 'application/pdf', ref: 'r2', fileName: 'invoice.pdf' },
      { mimeType: 'application/pdf', ref: 'nowhere', fileName: 'gone.pdf' },
    ]
    await receive('bea@example.org', 'b1', mail('Files', 'see', { html: '<img src="cid:logo@x">', attachments }))
    const shown = await last()
    expect(shown.attachments.map(({ url: _url, ...one }) => one)).to.have.lengthOf(3)
    const [logo, invoice, gone] = shown.attachments
    expect(logo).to.include({ state: 'stored', contentId: 'logo@x', inline: true, fileName: 'logo.png' })
    expect(invoice).to.include({ state: 'stored', fileName: 'invoice.pdf' }).and.not.to.have.property('contentId')
    expect(gone).to.include({ state: 'gone' })
    expect((await inbox.call('GET', logo?.url ?? '')).text).to.equal('a logo')
    expect((await inbox.call('GET', invoice?.url ?? '')).text).to.equal('an invoice')
    const kept = shown.content.attachments?.map(({ objectKey }) => objectKey !== undefined)
    expect(kept).to.deep.equal([true, true, false])
  })

  it('that a machine wrote is never answered by itself, and one that a person wrote is', async () => {
    await inbox.settings({ greeting: 'Welcome!', keywords: [{ words: ['holiday'], answer: 'Enjoy.' }] })
    clock.advance(1100)
    const sent = inbox.vendor.sent.length
    await receive('cleo@example.org', 'c1', mail('On holiday', 'I am away.', { automatic: true }))
    expect(inbox.vendor.sent).to.have.lengthOf(sent)
    await receive('cleo@example.org', 'c2', mail('Back', 'from my holiday'))
    expect(inbox.vendor.texts().at(-1)).to.equal('Enjoy.')
  })

  it('that a machine wrote waits for nobody: it opens nothing as open, and reopens nothing', async () => {
    const away = mail('Away', 'until Monday', { automatic: true })
    await receive('dan@example.org', 'd1', away)
    expect(await inbox.conversation()).to.include({ status: 'pending', unreadCount: 1 })
    await receive('dan@example.org', 'd2', mail('Hello', 'a question'))
    expect(await inbox.conversation()).to.include({ status: 'open' })
    const { id } = await inbox.conversation()
    await inbox.call('PATCH', `/api/conversations/${id}`, { status: 'resolved' })
    clock.advance(500 * 3_600_000)
    await receive('dan@example.org', 'd3', away)
    expect(await inbox.conversation()).to.include({ id, status: 'resolved' })
    expect(await inbox.messages()).to.have.lengthOf(3)
  })

  it('has an end where both sides answer by themselves and one does not say so', async () => {
    await inbox.settings({ keywords: [{ words: ['thanks'], answer: 'Thanks for your mail.' }], maxPerThreadPerHour: 3 })
    clock.advance(1100)
    const sent = inbox.vendor.sent.length
    for (let turn = 0; turn < 8; turn += 1)
      await receive('robot@example.org', `r${turn}`, mail('Re: thanks', 'Thanks for your mail.'))
    expect(inbox.vendor.sent.length - sent).to.equal(3)
  })

  it('is written with subject, HTML, files and further recipients', async () => {
    await receive('eve@example.org', 'e1', mail('Quote', 'please'))
    const objectKey = await upload('our quote')
    const content = {
      kind: 'email',
      subject: 'Your quote',
      text: 'Here it is.',
      html: '<p>Here it is.</p>',
      attachments: [{ objectKey, mimeType: 'application/pdf', fileName: 'quote.pdf' }],
      cc: ['boss@example.org'],
      bcc: ['books@example.com'],
    }
    const answer = await inbox.send({ content })
    expect(answer.status, answer.text).to.equal(201)
    await inbox.test.drain()
    expect(inbox.vendor.sent.at(-1)).to.deep.include({ content })
    expect((await last()).attachments[0]).to.include({ state: 'stored', fileName: 'quote.pdf' })
    expect((await inbox.conversation()).lastMessage?.preview).to.equal('Your quote Here it is.')
    expect((await inbox.conversation()).sendability.allowed).to.include('email')
  })

  async function upload(words: string): Promise<string> {
    const payload = `--x\r\ncontent-disposition: form-data; name="file"; filename="quote.pdf"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7 ${words}\r\n--x--\r\n`
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const kept = await inbox.test.inject({ method: 'POST', url: '/api/attachments', payload, headers })
    expect(kept.status, kept.text).to.equal(201)
    return (kept.body as { objectKey: string }).objectKey
  }

  it('is refused with the name of the field that is wrong', async () => {
    const wrong: readonly [string, object][] = [
      ['content.text', { subject: 'x' }],
      ['content.subject', { text: 'x', subject: 'a\r\nBcc: everybody@example.org' }],
      ['content.cc[0]', { text: 'x', cc: ['nobody'] }],
      ['content.attachments[0]', { text: 'x', attachments: [{ fileName: 'a' }] }],
    ]
    for (const [field, content] of wrong) {
      const answer = await inbox.send({ content: { kind: 'email', ...content } })
      expect(answer.status, field).to.equal(400)
      expect(answer.text, field).to.contain(field)
    }
    const long = await inbox.send({ content: { kind: 'email', text: 'x'.repeat(101) } })
    expect([long.status, long.body]).to.deep.include(422)
  })

  const settled = async (kind: string, contactId: string) => {
    const { body } = await inbox.call('POST', '/api/privacy/requests', { kind, contactId })
    const { id } = body as { id: string }
    return inbox.until(async () => {
      await inbox.test.drain()
      const found = await inbox.get<{ status: string }>(`/api/privacy/requests/${id}`)
      return found.status === 'open' ? undefined : { id, status: found.status }
    }, `the request to ${kind}`)
  }
  const secrets = ['Quastenflosser-subject', 'Quastenflosser-html', 'Quastenflosser-file', 'Quastenflosser-answer']

  it('goes with the person who wrote it: exported whole, then erased whole', async () => {
    inbox.vendor.file('q1', 'Quastenflosser-file', 'text/plain')
    const attachments = [{ mimeType: 'text/plain', ref: 'q1', fileName: 'q.txt' }]
    const html = '<p>Quastenflosser-html</p>'
    await receive('quasten@example.org', 'q1', mail('Quastenflosser-subject', 'x', { html, attachments }))
    const objectKey = await upload('Quastenflosser-answer')
    await inbox.send({ content: { kind: 'email', subject: 'Re', text: 'y', attachments: [{ objectKey }] } })
    await inbox.test.drain()
    const { contact } = await inbox.conversation()
    const { id, status } = await settled('export', contact.id)
    expect(status).to.equal('done')
    const { url } = await inbox.get<{ url: string }>(`/api/privacy/requests/${id}/download`)
    const zipped = await (await fetch(new URL(url, inbox.test.baseUrl))).arrayBuffer()
    const all = Object.values(unzipSync(new Uint8Array(zipped)))
      .map((one) => strFromU8(one))
      .join('\n')
    for (const word of secrets) expect(all, word).to.contain(word)
    expect(await settled('erase', contact.id)).to.include({ status: 'done' })
    const left = await inbox.rows<{ text: string }>(
      'select m.content::text as text from inbox.message m union all select a.media::text from inbox.attachment a',
    )
    expect(left.filter(({ text }) => /quastenflosser|q\.txt/i.test(text))).to.deep.equal([])
    const answer = await inbox.call('GET', `/api/attachments/${objectKey}`)
    expect(answer.status).to.be.greaterThan(399)
  })
})
