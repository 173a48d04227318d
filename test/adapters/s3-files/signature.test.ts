import { newId } from '@parley/core'
import { expect } from 'chai'
import { openS3 } from './driver.ts'

/** A far end that took everything would prove nothing. */
describe('the simulated S3', () => {
  let s3: Awaited<ReturnType<typeof openS3>>
  beforeEach(async () => {
    s3 = await openS3()
  })
  afterEach(() => s3.close())

  const link = async () => {
    const tenant = newId()
    const put = await s3.store.put(tenant, Buffer.from('hello'), { mimeType: 'text/plain', maxBytes: 10 })
    return (put.ok && (await s3.store.link(tenant, put.object.key, { ttlSeconds: 60, fileName: 'a b.txt' }))) || ''
  }
  const status = async (url: string, method = 'GET') => (await fetch(url, { method })).status

  it('takes what is signed, and refuses it unsigned, changed, by another method, or too late', async () => {
    const url = await link()
    expect(await status(url)).to.equal(200)
    expect(await status(url.split('?')[0] ?? '')).to.equal(403)
    expect(await status(url.replace('b.txt', 'b.html'))).to.equal(403)
    expect(await status(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'))).to.equal(403)
    expect(await status(url, 'DELETE')).to.equal(403)
    s3.pass(61_000)
    expect(await status(url)).to.equal(403)
  })

  it('notices a body that is not the one that was signed', async () => {
    const [call] = await s3.store
      .put(newId(), Buffer.from('hello'), { mimeType: 'text/plain', maxBytes: 10 })
      .then(() => s3.simulator.requests.slice(-1))
    const headers = Object.fromEntries(
      Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    const again = (body: string) =>
      fetch(`${s3.simulator.url}${call?.path}?${call?.query}`, {
        method: 'PUT',
        headers: { ...headers, 'content-length': '5' },
        body,
      })
    expect((await again('hello')).status).to.equal(200)
    expect((await again('evil!')).status).to.equal(403)
  })
})
