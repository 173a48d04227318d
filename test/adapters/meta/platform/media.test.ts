import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { mediaRef } from '../../../../adapters/meta/platform/media-ref.ts'
import { openPage, type Shop } from './shop.ts'

describe('files of people on the Messenger Platform', () => {
  let shop: Shop
  const jpeg = (content = 'jpeg') => ({ type: 'image', content: Buffer.from(content), mimeType: 'image/jpeg' })
  const fetchOf = (ref: string | undefined) => {
    const media = { mimeType: 'application/octet-stream', ...(ref === undefined ? {} : { ref }) }
    return shop.media.fetch({ connection: shop.connection, media, signal: AbortSignal.timeout(5_000) })
  }

  beforeEach(async () => {
    shop = await openPage()
  })
  afterEach(() => shop.close())

  async function refOf(mid: string, index: number): Promise<string> {
    const fileId = shop.simulator.state.attachments.get(mid)?.[index]?.fileId ?? ''
    return mediaRef(shop.simulator.files.address(fileId), mid, index)
  }

  it('are fetched without our token, with the type that their host names', async () => {
    const mid = shop.customer.files([jpeg()])
    const fetched = await fetchOf(await refOf(mid, 0))
    expect(fetched).to.include({ ok: true, mimeType: 'image/jpeg', bytes: 4 })
    expect(fetched.ok && (await text(fetched.content))).to.equal('jpeg')
    expect(shop.simulator.requests.at(-1)?.headers).to.not.have.property('authorization')
  })

  it('get a fresh address when theirs has died, the second file its own', async () => {
    const mid = shop.customer.files([jpeg('one'), jpeg('second')])
    const ref = await refOf(mid, 1)
    shop.clock.advance(2 * 60 * 60_000)
    const fetched = await fetchOf(ref)
    expect(fetched.ok && (await text(fetched.content))).to.equal('second')
  })

  it('are gone when the message has none any more, was taken back, or never named one', async () => {
    const mid = shop.customer.files([jpeg()])
    const ref = await refOf(mid, 0)
    shop.simulator.state.files.clear()
    expect(await fetchOf(ref)).to.include({ ok: false, failure: 'gone' })
    shop.simulator.state.attachments.delete(mid)
    shop.clock.advance(2 * 60 * 60_000)
    expect(await fetchOf(ref)).to.include({ failure: 'gone' })
    expect(await fetchOf(undefined)).to.include({ failure: 'gone' })
  })

  it('are refused above the limit, and never asked of a stranger’s host', async () => {
    const mid = shop.customer.files([jpeg('x'.repeat(2_000))])
    expect(await fetchOf(await refOf(mid, 0))).to.include({ failure: 'too-large' })
    expect(await fetchOf(mediaRef('http://169.254.169.254/latest', mid, 0))).to.include({
      ok: false,
      failure: 'retryable',
    })
  })

  it('wait while the credential is refused', async () => {
    const mid = shop.customer.files([jpeg()])
    const ref = await refOf(mid, 0)
    shop.clock.advance(2 * 60 * 60_000)
    shop.simulator.addAccount({ id: shop.connection.externalId, name: 'Bakery', accessToken: 'EAAnew' })
    expect(await fetchOf(ref)).to.include({ ok: false, failure: 'auth' })
  })
})
