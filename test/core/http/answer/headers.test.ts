import { expect } from 'chai'
import { rig, route } from '../kit.ts'

describe('core/http/answer/headers', () => {
  const open = { access: { public: 'a test' } }
  const answerOf = async (over: object, options: object = {}, request: object = {}) => {
    const { http } = await rig([route({ ...open, ...over })], options)
    return http.inject({ url: '/api/things', ...request })
  }

  it('lets an answer load nothing, be framed by nobody and be kept by no cache', async () => {
    const { headers } = await answerOf({})
    expect(headers).to.include({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'x-permitted-cross-domain-policies': 'none',
    })
    expect(headers).not.to.have.property('strict-transport-security')
  })

  it('pins https only where the outside address is https', async () => {
    const { headers } = await answerOf({}, { publicUrl: 'https://parley.example.com' })
    expect(headers['strict-transport-security']).to.equal('max-age=31536000')
    const plain = await answerOf({}, { publicUrl: 'http://localhost:3000' })
    expect(plain.headers).not.to.have.property('strict-transport-security')
  })

  it('gives a page that is made for frames its own policy', async () => {
    const { headers } = await answerOf({ frames: 'any', csp: "default-src 'self'" })
    expect(headers['content-security-policy']).to.equal("default-src 'self'; frame-ancestors *")
    expect(headers).not.to.have.property('x-frame-options')
    expect(headers['cross-origin-resource-policy']).to.equal('cross-origin')
    expect((await answerOf({ cors: 'any' })).headers['cross-origin-resource-policy']).to.equal('cross-origin')
  })

  it('takes origins for origins only: one with a path would never match', async () => {
    for (const origin of ['https://app.example.com/', 'https://app.example.com/chat', 'HTTPS://app.example.com', '*']) {
      const error = await rig([], { settings: { corsOrigins: [origin] } }).catch((reason: unknown) => reason)
      expect(error, origin).to.have.property('code', 'http.settings-invalid')
    }
  })

  it('leaves alone what a handler sets itself', async () => {
    const own = { 'content-security-policy': 'frame-ancestors https://shop.example', 'cache-control': 'max-age=60' }
    const { headers } = await answerOf({ handle: async () => ({ status: 200, body: {}, headers: own }) })
    expect(headers).to.include(own)
  })

  it('lets no foreign page read an answer by default', async () => {
    const { headers } = await answerOf({}, {}, { headers: { origin: 'https://evil.example' } })
    expect(headers).not.to.have.property('access-control-allow-origin')
  })

  it('lets the configured origins call, preflight included, and nobody else; never with cookies', async () => {
    const options = { settings: { corsOrigins: ['https://app.example.com'] } }
    const ask = (origin: string) =>
      answerOf({ method: 'POST' }, options, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,idempotency-key',
        },
      })
    const friend = await ask('https://app.example.com')
    expect(friend.headers).to.include({ 'access-control-allow-origin': 'https://app.example.com' })
    expect(friend.headers).not.to.have.property('access-control-allow-credentials')
    expect((await ask('https://evil.example')).headers).not.to.have.property('access-control-allow-origin')
  })

  it('opens a route that says so to pages of every origin, errors included', async () => {
    const headers = { origin: 'https://shop.example' }
    const fine = await answerOf({ cors: 'any' }, {}, { headers })
    expect(fine.headers['access-control-allow-origin']).to.equal('https://shop.example')
    const wrong = await answerOf({ cors: 'any' }, {}, { headers, url: '/api/things?x=1' })
    expect(wrong.statusCode).to.equal(400)
    expect(wrong.headers['access-control-allow-origin']).to.equal('https://shop.example')
  })
})
