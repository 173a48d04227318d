import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { v4 } from 'uuid'
import { PNG, TestVisitor } from './client.ts'
import { startWebchat, type WebchatUnderTest } from './kit.ts'
import { laneOf } from './stand-in-inbox.ts'

describe('files over the web chat', () => {
  let kit: WebchatUnderTest
  let clock: TestClock
  let visitor: TestVisitor

  beforeEach(async () => {
    clock = new TestClock(new Date())
    kit = await startWebchat({ clock, settings: { maxFileBytes: 1000, fileLinkTtlSeconds: 60, uploadTtlSeconds: 60 } })
    visitor = new TestVisitor(kit)
    await visitor.arrive()
  })
  afterEach(() => kit.stop())

  const send = (file: string, from = visitor) => from.call('POST', '/api/webchat/messages', { id: v4(), file })

  it('are uploaded, sent with a message, and served again by a link', async () => {
    const uploaded = await visitor.upload(PNG, '../holiday photo.gif')
    expect(uploaded.status).to.equal(201)
    expect(uploaded.body).to.include({ kind: 'image', mimeType: 'image/png', fileName: 'holiday photo.gif', bytes: 70 })
    expect((await send(uploaded.body.file)).status).to.equal(202)
    expect(kit.inbox.ingested[0]?.event.data).to.have.nested.property('content.kind', 'image')
    const [{ media }] = (await visitor.read()).body.messages
    const served = await fetch(kit.url + media.url)
    expect(Buffer.from(await served.arrayBuffer()).equals(PNG)).to.equal(true)
    expect(served.headers.get('content-type')).to.equal('image/png')
    expect(served.headers.get('content-disposition')).to.equal(
      `inline; filename="holiday photo.gif"; filename*=UTF-8''holiday%20photo.gif`,
    )
  })

  it('can run nothing in the browser, and what is no picture or sound is downloaded', async () => {
    const { body } = await visitor.upload(Buffer.from('only text'), 'Übersicht (neu).html')
    await send(body.file)
    const [{ media }] = (await visitor.read()).body.messages
    const served = await fetch(kit.url + media.url)
    expect(served.headers.get('content-type')).to.match(/^text\/plain/)
    expect(served.headers.get('content-security-policy')).to.include('sandbox')
    expect(served.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(served.headers.get('content-disposition')).to.equal(
      `attachment; filename="_bersicht (neu).html"; filename*=UTF-8''%C3%9Cbersicht%20%28neu%29.html`,
    )
  })

  it('of ours are shown by a link as well', async () => {
    const uploaded = await visitor.upload(PNG, 'a.png')
    const [objectKey = ''] = kit.objects.keys()
    expect(uploaded.status).to.equal(201)
    const media = { objectKey, mimeType: 'image/png', fileName: 'ours.png' }
    kit.inbox.say(laneOf(kit.connection.id, visitor.participantId), { kind: 'image', media })
    const [message] = (await visitor.read()).body.messages
    expect(message).to.include({ from: 'us', kind: 'image' })
    expect((await fetch(kit.url + message.media.url)).status).to.equal(200)
  })

  it('are refused by their content and their size, and then nothing is kept', async () => {
    const page = await visitor.upload(Buffer.from('<html><script>1</script>'), 'innocent.png')
    expect([page.status, page.body.code]).to.deep.equal([415, 'webchat.file-type-refused'])
    const large = await visitor.upload(Buffer.alloc(1001, 'a'), 'large.txt')
    expect([large.status, large.body.code]).to.deep.equal([413, 'webchat.file-too-large'])
    expect((await visitor.upload(Buffer.alloc(0), 'empty.txt')).status).to.equal(422)
    expect((await visitor.call('POST', '/api/webchat/files', new FormData())).status).to.be.oneOf([400, 422])
    expect((await visitor.upload(Buffer.alloc(200_000, 'a'), 'huge.txt')).status).to.equal(413)
    expect(kit.objects.size).to.equal(0)
  })

  it('are sent only by who uploaded them, and only for a while', async () => {
    const { body } = await visitor.upload(PNG, 'a.png')
    const other = new TestVisitor(kit)
    await other.arrive()
    expect((await send(body.file, other)).status).to.equal(422)
    expect((await send(`${body.file}x`)).status).to.equal(422)
    clock.advance(61_000)
    expect((await send(body.file)).body.code).to.equal('webchat.upload-unknown')
    expect(kit.inbox.ingested).to.deep.equal([])
  })

  it('are not served by a link that has expired, is forged or was made for something else', async () => {
    const { body } = await visitor.upload(PNG, 'a.png')
    await send(body.file)
    const [{ media }] = (await visitor.read()).body.messages
    const status = async (path: string) => (await fetch(kit.url + path)).status
    expect(await status(media.url)).to.equal(200)
    expect(await status(`${media.url}x`)).to.equal(404)
    expect(await status(`/api/webchat/files/${body.file}`)).to.equal(404)
    expect(await status(`/api/webchat/files/${visitor.token}`)).to.equal(404)
    clock.advance(61_000)
    expect(await status(media.url)).to.equal(404)
  })

  it('are for visitors only', async () => {
    expect((await new TestVisitor(kit).upload(PNG, 'a.png')).status).to.equal(401)
  })
})
