import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { clean, TooDeep } from '../../../adapters/meta/clean.ts'
import { GraphClient } from '../../../adapters/meta/graph-client.ts'
import { graphErrorOf, withoutSecrets } from '../../../adapters/meta/graph-error.ts'
import { RateLimit } from '../../../adapters/meta/rate-limit.ts'
import { secretsEqual, sign, signatureMatches } from '../../../adapters/meta/signature.ts'
import { UnknownFields } from '../../../adapters/meta/unknown-fields.ts'
import { retryAfterOf, usageOf } from '../../../adapters/meta/usage.ts'

describe('what the channels of Meta share', () => {
  it('takes any of several right secrets, and no empty one', () => {
    const body = Buffer.from('{}')
    expect(signatureMatches(body, sign(body, 'b'), ['a', 'b'])).to.equal(true)
    expect(signatureMatches(body, sign(body, 'c'), ['a', 'b'])).to.equal(false)
    expect(signatureMatches(body, sign(body, ''), ['', 'a'])).to.equal(false)
    expect(signatureMatches(body, [sign(body, 'a')], ['a'])).to.equal(false)
    expect(secretsEqual('same', 'same')).to.equal(true)
    expect(secretsEqual('same', 'samer')).to.equal(false)
    expect(secretsEqual('', '')).to.equal(false)
  })

  it('cleans what cannot be stored, keys too, and refuses what nests without end', () => {
    expect(clean({ 'a\0': ['x\0y', 1, null, '\udc00'] })).to.deep.equal({ a: ['xy', 1, null, '\ufffd'] })
    expect(clean(JSON.parse('{"__proto__":{"a":1}}'))).to.not.have.property('a')
    let deep: unknown = 1
    for (let level = 0; level < 100; level += 1) deep = [deep]
    expect(() => clean(deep)).to.throw(TooDeep)
  })

  it('reads the usage headers, the worst of them', () => {
    const business = JSON.stringify({
      '1': [
        { call_count: 20, estimated_time_to_regain_access: 0 },
        { total_time: 91, estimated_time_to_regain_access: 3 },
      ],
    })
    expect(usageOf({ 'x-business-use-case-usage': business })).to.deep.equal({ percent: 91, regainMs: 180_000 })
    expect(usageOf({ 'x-app-usage': '{"call_count":28}' })).to.deep.equal({ percent: 28, regainMs: 0 })
    expect(usageOf({})).to.equal(undefined)
    expect(usageOf({ 'x-app-usage': 'soon' })).to.equal(undefined)
    expect(retryAfterOf({ 'retry-after': '7' })).to.equal(7_000)
    expect(retryAfterOf({ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' })).to.equal(undefined)
  })

  it('reads a Graph error, and keeps secrets out of its words', () => {
    const error = {
      code: 190,
      error_subcode: 463,
      message: 'Malformed access token EAAGx1234567890123456789',
      is_transient: true,
    }
    expect(graphErrorOf({ error })).to.deep.include({ code: 190, subcode: 463, transient: true })
    expect(graphErrorOf({ error: { message: 'no code' } })).to.equal(undefined)
    expect(withoutSecrets(error.message, [])).to.equal('Malformed access token •••')
    expect(withoutSecrets('for 49151 only', ['49151', ''])).to.equal('for ••• only')
  })

  it('lets a burst go, then one per interval, for each key on its own', () => {
    const limit = new RateLimit(10)
    const rate = { intervalMs: 100, burst: 2 }
    const go = (key: string, now: number) => {
      const wait = limit.wait(key, rate, now)
      if (wait === 0) limit.take(key, rate, now)
      return wait
    }
    expect([go('a', 0), go('a', 0), go('a', 0), go('b', 0)]).to.deep.equal([0, 0, 100, 0])
    expect([go('a', 99), go('a', 100), go('a', 100)]).to.deep.equal([1, 0, 100])
    expect([go('a', 10_000), go('a', 10_000), go('a', 10_000)]).to.deep.equal([0, 0, 100])
  })

  it('counts unknown fields, up to a bound', () => {
    const fields = new UnknownFields()
    expect(fields.note('m', { id: 1, odd: 2, own: 3 }, new Set(['id']), 'own')).to.deep.equal({ odd: 2 })
    fields.note('m', { odd: 1 }, new Set())
    expect(fields.counts()).to.deep.equal({ 'm.odd': 2 })
    for (let n = 0; n < 200; n += 1) fields.note('n', { [`f${n}`]: 1 }, new Set())
    expect(Object.keys(fields.counts() ?? {})).to.have.length(50)
  })

  describe('the Graph client', () => {
    const client = (baseUrl: string, more: Partial<ConstructorParameters<typeof GraphClient>[0]> = {}) =>
      new GraphClient({
        baseUrl,
        version: 'v25.0',
        timeoutMs: 10_000,
        connectTimeoutMs: 1_000,
        connections: 2,
        maxAnswerBytes: 1_000,
        ...more,
      })
    /** A server that answers every call with these bytes, and then closes. */
    async function answering(bytes: string | undefined) {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy())
        socket.once('data', () => (bytes === undefined ? socket.destroy() : socket.end(bytes)))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
    }
    async function outcomeOf(bytes: string | undefined) {
      const server = await answering(bytes)
      const graph = client(server.url)
      const answer = await graph.request({ method: 'POST', path: '/1/messages', token: 't', json: {} })
      await graph.close(AbortSignal.timeout(100))
      server.close()
      return answer
    }

    it('calls it lost when the socket closes before, or within, the answer', async () => {
      expect((await outcomeOf(undefined)).outcome).to.equal('lost')
      expect((await outcomeOf('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"mess')).outcome).to.equal('lost')
      expect((await outcomeOf('garbage')).outcome).to.equal('lost')
    })

    it('hands over a status without a body that it can read', async () => {
      const html = 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>'
      expect(await outcomeOf(html)).to.deep.include({ outcome: 'answered', status: 502, body: undefined })
    })

    it('reads no answer without end', async () => {
      const long = `HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n${'x'.repeat(2000)}`
      expect(await outcomeOf(long)).to.deep.equal({ outcome: 'lost', code: 'answer-too-large' })
    })

    it('knows that nothing was sent when there is no name, no listener, or no time left', async () => {
      const nowhere = client('http://does-not-exist.invalid')
      expect(await nowhere.request({ method: 'GET', path: '/x', token: 't' })).to.include({ outcome: 'not-sent' })
      const closed = await answering('')
      closed.close()
      const refused = client(closed.url)
      expect(await refused.request({ method: 'GET', path: '/x', token: 't' })).to.include({
        outcome: 'not-sent',
        code: 'ECONNREFUSED',
      })
      const aborted = await refused.request({ method: 'GET', path: '/x', token: 't', signal: AbortSignal.abort() })
      expect(aborted).to.deep.equal({ outcome: 'not-sent', code: 'aborted' })
      await Promise.all([nowhere, refused].map((graph) => graph.close(AbortSignal.timeout(100))))
    })
  })
})
