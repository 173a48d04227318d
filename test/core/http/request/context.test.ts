import { expect } from 'chai'
import { saneId } from '../../../../core/http/request/context.ts'
import { rig } from '../kit.ts'

describe('core/http/request/context', () => {
  it('takes over ids that look like ids, and nothing that could break a log line or a header', () => {
    for (const id of ['018f0000-0000-7000-8000-00000000000a', 'trace:abc.DEF_1234']) expect(saneId(id)).to.equal(id)
    for (const id of [
      undefined,
      '',
      'short',
      'with space',
      'new\nline-new',
      'x'.repeat(129),
      ['a'.repeat(9)],
      '<script>!',
    ]) {
      expect(saneId(id), String(id)).to.equal(undefined)
    }
  })

  it('makes a UUIDv7 otherwise, and answers with it', async () => {
    const { http } = await rig()
    const answer = await http.inject({ url: '/healthz', headers: { 'x-request-id': 'no good!' } })
    expect(answer.headers['x-request-id']).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(answer.headers['x-correlation-id']).to.equal(answer.headers['x-request-id'])
  })
})
