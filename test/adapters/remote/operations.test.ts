import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { ChannelTemplate, ObjectStore, OutboundContent, TokenSigner } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { FileLinks } from '../../../adapters/remote/channel/files.ts'
import { remoteMedia } from '../../../adapters/remote/channel/media.ts'
import { remoteReceipts } from '../../../adapters/remote/channel/receipts.ts'
import { remoteTemplates } from '../../../adapters/remote/channel/templates.ts'
import { Uploads } from '../../../adapters/remote/channel/uploads.ts'
import type { Remote } from '../../../adapters/remote/simulator/remote.mjs'
import { sign } from '../../../adapters/remote/simulator/signing.mjs'
import { channelAlone, connectionOf, remoteWith, START } from './kit.ts'
import { APP_SECRET, secretOf } from './vendor.ts'

const signal = new AbortController().signal
const connection = connectionOf('line-1')

describe('what a remote may declare beside sending', function () {
  this.timeout(30_000)
  let clock: TestClock
  let remote: Remote
  let alone: ReturnType<typeof channelAlone>

  beforeEach(async () => {
    clock = new TestClock(START)
    remote = await remoteWith(['line-1', 'line-2'], () => clock.millis())
    alone = channelAlone(remote.url, clock)
    await alone.remote.ask(signal)
  })

  afterEach(() => remote.close())

  it('is its manifest, which stands while it is away and is news when it is back', async () => {
    expect(alone.channel.capabilities).to.include({ title: 'Tin Can', maxTextLength: 500, window: null })
    expect(alone.remote.health()).to.deep.equal({ ok: true })
    const undescribed = channelAlone('http://127.0.0.1:1', clock)
    expect(undescribed.channel.capabilities).to.include({ title: 'remote', maxTextLength: 4_096 })
    await undescribed.remote.ask(signal)
    expect(undescribed.remote.health()).to.have.property('ok', false)
    await remote.close()
    await alone.remote.ask(signal)
    expect(alone.remote.health()).to.have.property('ok', false)
    expect(alone.channel.capabilities).to.include({ title: 'Tin Can' })
  })

  it('is not believed without the secret of the app', async () => {
    const stranger = channelAlone(remote.url, clock, { secret: secretOf('another') })
    await stranger.remote.ask(signal)
    expect(stranger.channel.capabilities).to.include({ title: 'remote' })
    expect(stranger.remote.health().detail).to.contain('no manifest')
  })

  it('is of no use in another version of the protocol, which is said with the field', async () => {
    const server = createServer((request, response) => {
      const body = JSON.stringify({ data: { protocol: '2.0', name: 'later', title: 'Later', channel: {} } })
      const id = String(request.headers['webhook-id'])
      response.writeHead(200, sign(id, body, [APP_SECRET], clock.millis())).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const later = channelAlone(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock)
    await later.remote.ask(signal)
    expect(later.remote.health().detail).to.contain('malformed: data.protocol')
    server.close()
  })

  it('is showing that a message was read', async () => {
    const receipts = remoteReceipts(alone)
    const to = { kind: 'remote', scope: '', value: 'ada' }
    const read = { connection, externalId: 'm-1', to, typing: true, signal }
    expect(await receipts.markRead(read)).to.deep.equal({ ok: true, externalId: 'm-1' })
    expect(remote.reads).to.deep.equal([{ account: 'line-1', externalId: 'm-1', typing: true }])
  })

  it('is templates, which are filled here and sent there', async () => {
    const templates = remoteTemplates(alone)
    const listed = await templates.list({ connection, signal })
    const [template] = (listed.ok ? listed.templates : []) as [ChannelTemplate]
    expect(template).to.include({ name: 'ready', status: 'approved' })
    expect(templates.parameters?.(template).map(({ key }) => key)).to.deep.equal(['name', 'order'])
    expect(templates.fill?.(template, { name: 'Ada' })).to.deep.equal({
      missing: ['order'],
      unsupported: [],
      shown: { body: 'Hello Ada, order {{order}} is ready.', buttons: ['On my way', 'Later'] },
    })
    const filled = templates.fill?.(template, { name: 'Ada', order: 7 })
    expect(filled?.shown.body).to.equal('Hello Ada, order 7 is ready.')
    const content = filled?.content as OutboundContent
    expect(await alone.send(connection, 'template', { content })).to.include({ ok: true })
    expect(remote.received[0]?.content).to.deep.equal(content)
  })

  it('is files, streamed, for the account whose they are', async () => {
    const content = Buffer.alloc(300_000, 'x')
    remote.files.set('a/b ü', { account: 'line-1', content, mimeType: 'image/png' })
    const tokens: TokenSigner = { sign: () => '', verify: () => undefined }
    const uploads = new Uploads({ store: {} as ObjectStore, tokens }, alone.settings)
    const fetchAs = async (account: string, maxMediaBytes: number) => {
      const media = remoteMedia({ ...alone, uploads, settings: { ...alone.settings, maxMediaBytes } })
      return media.fetch({ connection: connectionOf(account), media: { mimeType: 'x/y', ref: 'a/b ü' }, signal })
    }
    const fetched = await fetchAs('line-1', 1_000_000)
    expect(fetched).to.include({ ok: true, mimeType: 'image/png', bytes: 300_000 })
    if (fetched.ok) expect(await buffer(fetched.content as AsyncIterable<Buffer>)).to.deep.equal(content)
    expect(await fetchAs('line-2', 1_000_000)).to.include({ ok: false, failure: 'gone' })
    expect(await fetchAs('line-9', 1_000_000)).to.include({ ok: false, failure: 'auth' })
    expect(await fetchAs('line-1', 1_000)).to.include({ ok: false, failure: 'too-large' })
    await remote.close()
    expect(await fetchAs('line-1', 1_000_000)).to.include({ ok: false, failure: 'retryable' })
  })
})

describe('files of ours on their way to a remote', () => {
  const clock = new TestClock(START)
  const store = {
    link: async (tenantId: string, key: string) => (key.startsWith(tenantId) ? `/files/${key}` : undefined),
  } as unknown as ObjectStore
  const linksWith = (publicUrl?: string) =>
    new FileLinks(store, channelAlone('http://127.0.0.1:1', clock, { publicUrl }).settings)
  const { tenantId } = connection
  const media = { objectKey: `${tenantId}/1`, fileName: 'a.png' }
  const link = { fileName: 'a.png', link: `https://parley.example/files/${tenantId}/1` }

  it('are links wherever they stand in a content, and no key of ours goes along', async () => {
    const links = linksWith('https://parley.example')
    const contents: [OutboundContent, object][] = [
      [{ kind: 'image', media }, { media: link }],
      [{ kind: 'email', text: 't', attachments: [media] }, { attachments: [link] }],
      [{ kind: 'interactive', text: 't', cards: [{ title: 'c', media }, { title: 'd' }] }, { text: 't' }],
      [{ kind: 'image', media: { link: 'https://a.example/b' } }, { media: { link: 'https://a.example/b' } }],
    ]
    for (const [content, expected] of contents) {
      const linked = await links.linked(connection, content)
      expect(linked).to.have.property('ok', true)
      expect(JSON.stringify(linked)).to.not.contain('objectKey')
      if (linked.ok) expect(linked.value).to.deep.include(expected)
    }
  })

  it('are refused when they are not there, or nobody could fetch them', async () => {
    const lost = { kind: 'image', media: { objectKey: 'elsewhere/1' } } as const
    expect(await linksWith('https://parley.example').linked(connection, lost)).to.include({ code: 'parley.no-object' })
    expect(await linksWith().linked(connection, { kind: 'image', media })).to.include({ code: 'parley.no-public-url' })
  })
})
