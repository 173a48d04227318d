import { PassThrough, Readable } from 'node:stream'
import { expect } from 'chai'
import { readBody } from '../../../../core/http/request/read-body.ts'

describe('core/http/request/read-body', () => {
  it('joins what comes in pieces, and takes a body of exactly the limit', async () => {
    const read = await readBody(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 4)
    expect(read).to.deep.equal({ ok: true, body: Buffer.from('abcd') })
  })

  it('reads an empty body as no bytes', async () => {
    expect(await readBody(Readable.from([]), 4)).to.deep.equal({ ok: true, body: Buffer.alloc(0) })
  })

  it('drops the rest of a body that is too long, to its end, before it says so', async () => {
    const stream = new PassThrough()
    const reading = readBody(stream, 4)
    stream.write('abc')
    stream.write('def')
    stream.end('ghi')
    expect(await reading).to.deep.equal({ ok: false, failure: 'too-large' })
    expect(stream.readableEnded).to.equal(true)
  })

  it('says so when the sender goes away, with or without an error', async () => {
    for (const error of [undefined, new Error('reset')]) {
      const stream = new PassThrough()
      const reading = readBody(stream, 4)
      stream.write('ab')
      stream.destroy(error)
      expect(await reading).to.deep.equal({ ok: false, failure: 'aborted' })
    }
  })
})
