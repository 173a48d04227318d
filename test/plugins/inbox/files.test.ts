import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import sharp from 'sharp'
import { InboxKernel } from './inbox-kernel.ts'

describe("customers' files", () => {
  let inbox: InboxKernel
  const clock = new TestClock()
  const photo = (ref: string, mimeType = 'image/png') =>
    ({ kind: 'image', media: { ref, mimeType, fileName: 'grüße.png' }, text: 'look' }) as const

  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-inbox-files-'))
    const plugins = [{ use: './adapters/local-files', settings: { folder } }, './adapters/images']
    inbox = await InboxKernel.start({ mediaMaxBytes: 2000 }, { clock, plugins })
  })
  after(async () => {
    await inbox.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const receive = async (ref: string, mimeType?: string) => {
    await inbox.receive(inbox.on.message('+1', `m-${ref}`, photo(ref, mimeType)))
    return (await inbox.messages()).at(-1)?.attachments[0]
  }

  it('are fetched from the vendor and read through the API', async () => {
    inbox.vendor.file('f1', 'a picture', 'image/png')
    const attachment = await receive('f1')
    expect(attachment).to.include({ state: 'stored' })
    const answer = await inbox.call('GET', attachment?.url ?? '')
    expect([answer.status, answer.text]).to.deep.equal([200, 'a picture'])
    expect(answer.headers).to.include({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-disposition': "inline; filename*=UTF-8''gr%C3%BC%C3%9Fe.png",
    })
  })

  it('that could run something are only offered for download', async () => {
    inbox.vendor.file('f2', '<script>alert(1)</script>', 'text/html')
    const answer = await inbox.call('GET', (await receive('f2', 'text/html'))?.url ?? '')
    expect(String(answer.headers['content-disposition'])).to.match(/^attachment/)
    expect(String(answer.headers['content-security-policy'])).to.contain('sandbox')
  })

  it('show when the vendor has expired them, and when they are too large', async () => {
    const gone = await receive('nowhere')
    expect(gone).to.include({ state: 'gone' })
    expect((await inbox.call('GET', `/api/attachments/${gone?.id}`)).body).to.include({ code: 'inbox.attachment-gone' })
    inbox.vendor.file('f3', 'x'.repeat(2001), 'image/png')
    expect(await receive('f3')).to.include({ state: 'too-large' })
  })

  it('are tried again after a passing fault, and given up after the last try', async () => {
    inbox.vendor.files.set('f4', { ok: false, failure: 'retryable', detail: 'try later' })
    expect(await receive('f4')).to.include({ state: 'pending' })
    inbox.vendor.file('f4', 'at last', 'image/png')
    clock.advance(600_000)
    await inbox.test.drain()
    expect((await inbox.messages()).at(-1)?.attachments[0]).to.include({ state: 'stored' })
    inbox.vendor.files.set('f5', { ok: false, failure: 'retryable', detail: 'try later' })
    await receive('f5')
    for (let turn = 0; turn < 10; turn++) {
      clock.advance(600_000)
      await inbox.test.drain()
    }
    expect((await inbox.messages()).at(-1)?.attachments[0]).to.include({ state: 'failed' })
  })

  it('are no other tenant’s', async () => {
    const other = await inbox.test.createTenant('other')
    const [message] = await inbox.messages()
    const answer = await inbox.test.inject({ url: message?.attachments[0]?.url ?? '', as: other })
    expect(answer.status).to.equal(404)
  })

  const upload = (content: Buffer, fileName: string) => {
    const head = `--x\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: application/pdf\r\n\r\n`
    const payload = Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n--x--\r\n')])
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    return inbox.test.inject({ method: 'POST', url: '/api/attachments', payload, headers })
  }
  const offer = Buffer.from('%PDF-1.7 an offer')

  it('of agents are kept and sent', async () => {
    const kept = await upload(offer, 'offer.pdf')
    expect(kept.status, kept.text).to.equal(201)
    const { objectKey, mimeType, fileName } = kept.body as { objectKey: string; mimeType: string; fileName: string }
    const sent = await inbox.send({ media: { objectKey, mimeType, fileName, text: 'our offer' } })
    expect(sent.body).to.include({ kind: 'document', text: 'our offer' })
    await inbox.test.drain()
    expect(inbox.vendor.sent.at(-1)?.content).to.deep.include({ kind: 'document' })
    expect((await inbox.messages()).at(-1)?.attachments[0]).to.include({ state: 'stored', fileName: 'offer.pdf' })
  })

  it('of agents wait to be swept away until they are sent', async () => {
    const waiting = () => readdir(join(folder, '.provisional'))
    const before = await waiting()
    const { objectKey } = (await upload(offer, 'unsent.pdf')).body as { objectKey: string }
    expect(await waiting()).to.have.lengthOf(before.length + 1)
    await inbox.send({ media: { objectKey, mimeType: 'application/pdf' } })
    expect(await waiting()).to.deep.equal(before)
  })

  it('of agents are refused when their content is something else than they say', async () => {
    const answer = await upload(Buffer.from('MZ\0\0 a program'), 'offer.pdf')
    expect([answer.status, answer.body]).to.deep.include(415)
    expect(answer.body).to.include({ code: 'inbox.type-refused' })
  })

  it('that are pictures are shown small, others are not', async () => {
    const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: 'red' } })
      .png({ palette: true, colours: 2 })
      .toBuffer()
    inbox.vendor.files.set('p1', { ok: true, content: Readable.from([picture]), mimeType: 'image/png' })
    const { id } = (await receive('p1')) ?? {}
    for (const _ of ['made', 'kept']) {
      const answer = await inbox.call('GET', `/api/attachments/${id}/thumbnail?edge=96`)
      expect([answer.status, answer.headers['content-type']]).to.deep.equal([200, 'image/webp'])
    }
    expect((await inbox.call('GET', `/api/attachments/${id}/thumbnail?edge=97`)).status).to.equal(400)
    inbox.vendor.file('p2', 'a letter', 'image/png')
    const letter = await receive('p2')
    const refused = await inbox.call('GET', `/api/attachments/${letter?.id}/thumbnail`)
    expect([refused.status, refused.body]).to.deep.include(415)
  })
})
