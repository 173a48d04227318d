import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { Egress } from '../../../core/http/egress.ts'

describe('outgoing requests to URLs that users set', () => {
  let server: Server
  let port: number
  let calls: string[] = []
  const local = ['127.0.0.1/32']

  before(async () => {
    server = createServer((request, response) => {
      calls.push(`${request.method} ${request.url} ${request.headers.host}`)
      if (request.url === '/slow') return
      if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/' })
      if (request.url === '/large') {
        for (let part = 0; part < 64; part += 1) response.write(Buffer.alloc(65_536))
      }
      request.pipe(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })

  after(() => {
    server.closeAllConnections()
    server.close()
  })

  beforeEach(() => {
    calls = []
  })

  const reason = async (egress: Egress, url: string) => {
    const result = await egress.fetch(url)
    return result.ok ? result.status : result.reason
  }

  it('reach no private address, however it is written', async () => {
    const egress = new Egress()
    for (const host of [
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '169.254.169.254',
      '172.31.255.255',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::7f00:1]',
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
      '[fc00::1]',
      '[fe80::1]',
      '[ff02::1]',
    ])
      expect(await reason(egress, `http://${host}:${port}/`), host).to.equal('address-blocked')
    expect(calls).to.deep.equal([])
  })

  it('reach no private address by name, not even among public ones', async () => {
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::1'], ['::ffff:10.0.0.1'], []]) {
      const egress = new Egress({}, async () =>
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
      expect(await reason(egress, `http://innocent.example:${port}/`), addresses.join()).to.equal('address-blocked')
    }
    expect(await reason(new Egress(), `http://localhost:${port}/`)).to.equal('address-blocked')
    expect(calls).to.deep.equal([])
  })

  it('check the very address they connect to, each time: a name that changes its mind gains nothing', async () => {
    let turn = 0
    const egress = new Egress({ allow: local }, async () => {
      turn += 1
      return [{ address: turn === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]
    })
    expect(await reason(egress, `http://rebound.example:${port}/one`)).to.equal(200)
    expect(await reason(egress, `http://rebound.example:${port}/two`)).to.equal('address-blocked')
    expect(calls).to.deep.equal([`GET /one rebound.example:${port}`])
  })

  it('follow no redirect', async () => {
    const result = await new Egress({ allow: local }).fetch(`http://127.0.0.1:${port}/redirect`)
    expect(result).to.include({ ok: true, status: 302 })
    expect(calls).to.have.length(1)
  })

  it('speak http and https only, and carry no credentials', async () => {
    const egress = new Egress({ allow: local })
    for (const url of [
      'file:///etc/passwd',
      'gopher://127.0.0.1/',
      'ftp://example.com/',
      'javascript:alert(1)',
      `http://user:hush@127.0.0.1:${port}/`,
      'not a url',
      '',
    ])
      expect(await reason(egress, url), url).to.equal('url-invalid')
    expect(calls).to.deep.equal([])
  })

  it('bring back status, headers and body, and send a body', async () => {
    const result = await new Egress({ allow: local }).fetch(`http://127.0.0.1:${port}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'hello',
    })
    expect(result).to.include({ ok: true, status: 200 })
    expect(result.ok && result.body.toString()).to.equal('hello')
  })

  it('stop reading an answer that is too large', async () => {
    const egress = new Egress({ allow: local, maxBytes: 100_000 })
    expect(await reason(egress, `http://127.0.0.1:${port}/large`)).to.equal('too-large')
  })

  it('give up in time, and say that it may pass', async () => {
    const egress = new Egress({ allow: local, timeoutMs: 50 })
    expect(await egress.fetch(`http://127.0.0.1:${port}/slow`)).to.include({
      ok: false,
      reason: 'timeout',
      retryable: true,
    })
    expect(await egress.fetch('http://127.0.0.1:1/')).to.include({ ok: false, reason: 'unreachable', retryable: true })
  })

  it('end when the caller no longer wants them', async () => {
    const cancel = new AbortController()
    const work = new Egress({ allow: local }).fetch(`http://127.0.0.1:${port}/slow`, { signal: cancel.signal })
    cancel.abort(new Error('shutting down'))
    expect(
      await work.then(
        () => 'answered',
        (error: unknown) => String(error),
      ),
    ).to.equal('Error: shutting down')
  })

  it('say whether the request may have arrived before it failed', async () => {
    const egress = new Egress({ allow: local, timeoutMs: 50, maxBytes: 10 })
    expect(await egress.fetch('http://127.0.0.1:1/')).to.include({ ok: false, written: false })
    expect(await new Egress().fetch(`http://127.0.0.1:${port}/`)).to.include({ ok: false, written: false })
    expect(await egress.fetch('not a url')).to.include({ ok: false, written: false })
    expect(await egress.fetch(`http://127.0.0.1:${port}/slow`)).to.include({ reason: 'timeout', written: true })
    expect(await egress.fetch(`http://127.0.0.1:${port}/large`)).to.include({ reason: 'too-large', written: true })
  })

  it('hand a body on as it comes, whatever its length', async () => {
    const egress = new Egress({ allow: local, maxBytes: 10 })
    const opened = await egress.open(`http://127.0.0.1:${port}/large`)
    if (!opened.ok) throw new Error(opened.detail)
    let bytes = 0
    for await (const chunk of opened.content) bytes += (chunk as Buffer).length
    expect(bytes).to.equal(64 * 65_536)
  })

  it('stop handing it on when the caller is told to stop', async () => {
    const egress = new Egress({ allow: local })
    const caller = new AbortController()
    const opened = await egress.open(`http://127.0.0.1:${port}/large`, { signal: caller.signal })
    if (!opened.ok) throw new Error(opened.detail)
    caller.abort()
    const failure = await buffer(opened.content).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error)
  })
})
