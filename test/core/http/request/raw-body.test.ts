import { expect } from 'chai'
import Joi from 'joi'
import { type Rig, rig, route } from '../kit.ts'

describe('core/http, a route that takes raw bytes', () => {
  let up: Rig | undefined
  let seen: unknown

  const taking = route({
    method: 'POST',
    access: { public: 'A vendor calls it.' },
    body: { raw: true, maxBytes: 1_000 },
    payload: Joi.binary().required(),
    handle: async ({ payload }) => {
      seen = payload
      return { status: 200, body: {} }
    },
  })
  const post = async (payload: Buffer, type?: string) => {
    up = await rig([taking])
    const headers = type === undefined ? {} : { 'content-type': type }
    return up.http.server.inject({ method: 'POST', url: '/api/things', payload, headers })
  }

  afterEach(async () => up?.http.stop())

  it('gets them as they came, whatever their type says', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 123, 0])
    for (const type of ['multipart/form-data; boundary=x', 'application/json', 'text/plain; charset=x', undefined]) {
      expect((await post(bytes, type)).statusCode, type).to.equal(200)
      expect(seen, type).to.deep.equal(bytes)
    }
  })

  it('refuses more of them than it takes', async () => {
    expect((await post(Buffer.alloc(1_001), 'application/octet-stream')).statusCode).to.equal(413)
  })
})
