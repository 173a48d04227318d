import { Readable } from 'node:stream'
import { newId, UnavailableError } from '@parley/core'
import { expect } from 'chai'
import { Bucket } from '../../../adapters/s3-files/bucket.ts'
import { s3Client } from '../../../adapters/s3-files/client.ts'
import { CREDENTIALS, openS3 } from './driver.ts'

const tenant = newId()
const anything = { mimeType: 'text/plain', maxBytes: 20_000_000 }

describe('the S3 file store', () => {
  let s3: Awaited<ReturnType<typeof openS3>>
  beforeEach(async () => {
    s3 = await openS3()
  })
  afterEach(() => s3.close())

  it('sends a large file in parts and a small one whole, under its prefix, with type and hash beside it', async () => {
    const small = await s3.store.put(tenant, Buffer.from('small'), anything)
    await s3.store.put(tenant, Readable.from([Buffer.alloc(11 * 1024 * 1024)]), anything)
    const calls = s3.simulator.requests.map(({ method, query }) => `${method} ${query.get('partNumber') ?? ''}`)
    expect(calls.filter((call) => /PUT \d/.test(call)).sort()).to.deep.equal(['PUT 1', 'PUT 2', 'PUT 3'])
    const key = small.ok ? small.object.key : ''
    expect(s3.simulator.objects.get(`here/${key}`)?.headers).to.include({
      'content-type': 'text/plain',
      'x-amz-meta-sha256': small.ok ? small.object.sha256 : '',
    })
  })

  it('leaves no parts behind when a part fails, and sweeps those away that a crash left', async () => {
    s3.simulator.faults.add({ kind: 'fail', status: 500, method: 'PUT', times: 1 })
    const failed = await s3.store.put(tenant, Buffer.alloc(11 * 1024 * 1024), anything).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(UnavailableError)
    expect(s3.simulator.uploads.open('')).to.deep.equal([])
    s3.simulator.uploads.start('here/left', {}, Date.now())
    s3.simulator.uploads.start('elsewhere/left', {}, Date.now())
    expect(await s3.sweep()).to.deep.equal({ cutOff: 0, provisional: 0 })
    s3.pass(s3.settings.staleUploadMs + 1000)
    expect(await s3.sweep()).to.deep.equal({ cutOff: 1, provisional: 0 })
    expect(s3.simulator.uploads.open('').map(({ key }) => key)).to.deep.equal(['elsewhere/left'])
  })

  it('tries again what S3 was too busy for', async () => {
    await s3.close()
    s3 = await openS3({ maxAttempts: 3 })
    s3.simulator.faults.add({ kind: 'throttle', times: 1 })
    expect((await s3.store.put(tenant, Buffer.from('x'), anything)).ok).to.equal(true)
  })

  it('is refused with a wrong key, which is an outage and tells nothing of the key', async () => {
    const wrong = { ...s3.settings, ...CREDENTIALS, secretAccessKey: 'another secret' }
    const client = s3Client(wrong)
    const error = await new Bucket(client, 'parley', '').get('x').catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(UnavailableError)
    expect(String(error)).to.contain('SignatureDoesNotMatch').and.not.contain(wrong.secretAccessKey)
    client.destroy()
  })
})
