import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import type { HookIntake, HookRequest } from '../../../core/http/options.ts'
import { UnavailableError } from '../../../core/plugin/errors.ts'
import { problem, raw } from '../../../core/plugin/route.ts'
import { baseUrl, type Rig, rig } from './kit.ts'

const PATH = '/hooks/whatsapp/018f0000-0000-7000-8000-0000000000ff'

describe('core/http/hooks', () => {
  const up = (intake: HookIntake, options: object = {}) => rig([], { intake, ...options })
  const post = ({ http }: Rig, payload: string | Buffer, headers: Record<string, string> = {}, url = PATH) =>
    http.inject({ method: 'POST', url, payload, headers })

  it('hands over the exact bytes, whatever their type claims to be, and the address that was called', async () => {
    const seen: HookRequest[] = []
    const server = await up(
      async (request) => {
        seen.push(request)
        return { status: 200 }
      },
      { publicUrl: 'https://parley.example.com' },
    )
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x0d, 0x0a, 0x20, 0x20])
    const signature = createHmac('sha256', 'secret').update(bytes).digest('hex')
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
    const answer = await post(server, bytes, headers, `${PATH}?a=1&b=x%20y&a=2`)
    expect(answer.statusCode).to.equal(200)
    expect(answer.payload).to.equal('')
    const [request] = seen
    expect(request?.body.equals(bytes)).to.equal(true)
    expect(request).to.deep.include({
      method: 'POST',
      adapter: 'whatsapp',
      endpointId: '018f0000-0000-7000-8000-0000000000ff',
      query: { a: '2', b: 'x y' },
      url: `https://parley.example.com${PATH}?a=1&b=x%20y&a=2`,
      requestId: answer.headers['x-request-id'],
    })
    expect(request?.headers['x-hub-signature-256']).to.equal(signature)
  })

  it('answers a challenge with the words, the type and the headers that the intake gives', async () => {
    const server = await up(async ({ query }) => ({
      status: 200,
      body: query['hub.challenge'] ?? '',
      contentType: 'text/html',
      headers: { 'x-vendor': 'yes' },
    }))
    const answer = await server.http.inject(`${PATH}?hub.mode=subscribe&hub.challenge=1158201444`)
    expect(answer.payload).to.equal('1158201444')
    expect(answer.headers).to.include({ 'content-type': 'text/html; charset=utf-8', 'x-vendor': 'yes' })
    const rawServer = await up(async () => raw('<Response/>', 'text/xml'))
    expect((await post(rawServer, 'x')).headers['content-type']).to.match(/^text\/xml/)
  })

  it("passes the intake's refusals on as problem documents, and logs them without body or query", async () => {
    const server = await up(async () => problem(401, 'webhook.not-signed', 'No signature.'))
    const answer = await post(server, 'private words', {}, `${PATH}?token=secret`)
    expect(answer.statusCode).to.equal(401)
    expect(answer.headers['content-type']).to.equal('application/problem+json')
    expect(JSON.parse(answer.payload)).to.include({ code: 'webhook.not-signed', instance: PATH })
    expect(server.log.lines).to.have.length(1)
    expect(JSON.stringify(server.log.lines)).not.to.match(/private words|token=secret/)
  })

  it('answers 503 with Retry-After when nothing could be stored, and a bare 500 to a bug', async () => {
    const outage = await up(async () => {
      throw new UnavailableError('database.unavailable', 'connect ECONNREFUSED 10.0.0.5')
    })
    const later = await post(outage, 'x')
    expect(later.statusCode).to.equal(503)
    expect(later.headers['retry-after']).to.equal('1')
    expect(later.payload).not.to.include('10.0.0.5')
    const buggy = await up(async () => {
      throw new TypeError('secret detail')
    })
    const bug = await post(buggy, 'x')
    expect(bug.statusCode).to.equal(500)
    expect(bug.payload).not.to.include('secret detail')
    expect(buggy.log.lines.filter((line) => line.level === 'error')).to.have.length(1)
  })

  it('refuses a body over the limit before the intake sees it, announced or not', async () => {
    let calls = 0
    const server = await up(
      async () => {
        calls += 1
        return { status: 200 }
      },
      { settings: { maxHookBytes: 1000 } },
    )
    const announced = await post(server, 'x'.repeat(1001))
    expect(announced.statusCode).to.equal(413)
    expect(JSON.parse(announced.payload).code).to.equal('payload.too-large')
    await server.http.start()
    const socket = connect(Number(new URL(baseUrl(server)).port), '127.0.0.1')
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`)
    socket.write(`3e9\r\n${'x'.repeat(1001)}\r\n0\r\n\r\n`)
    expect(await text(socket)).to.match(/^HTTP\/1.1 413/)
    await server.http.stop()
    expect(calls).to.equal(0)
    expect((await post(server, 'x'.repeat(1000))).statusCode).to.equal(200)
  })

  it('says nothing in the log about a call that went well', async () => {
    const server = await up(async () => ({ status: 200 }))
    await post(server, 'x')
    expect(server.log.lines).to.deep.equal([])
  })

  it('is not there without an intake, nor for other methods', async () => {
    expect((await post(await rig(), 'x')).statusCode).to.equal(404)
    const server = await up(async () => ({ status: 200 }))
    const put = await server.http.inject({ method: 'PUT', url: PATH, payload: 'x' })
    expect(put.statusCode).to.equal(405)
    expect(put.headers.allow).to.equal('GET, POST')
  })
})
