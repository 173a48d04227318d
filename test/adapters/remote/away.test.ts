import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import type { Remote, RemoteFault } from '../../../adapters/remote/simulator/remote.mjs'
import { channelAlone, connectionOf, remoteWith, START } from './kit.ts'
import { secretOf } from './vendor.ts'

const ACCOUNT = 'line-1'

describe('a send to a remote', function () {
  this.timeout(30_000)
  let clock: TestClock
  let remote: Remote
  let alone: ReturnType<typeof channelAlone>

  beforeEach(async () => {
    clock = new TestClock(START)
    remote = await remoteWith([ACCOUNT], () => clock.millis())
    alone = channelAlone(remote.url, clock)
  })

  afterEach(() => remote.close())

  const under = (fault: RemoteFault) => {
    remote.faults.push(fault)
    return alone.send(connectionOf(ACCOUNT), fault)
  }

  it('waits while the remote is away, which is left alone after a few tries, and tried again later', async () => {
    const away = await closedPort()
    const { send } = channelAlone(`http://127.0.0.1:${away}`, clock)
    for (let time = 0; time < 5; time += 1)
      expect(await send(connectionOf(ACCOUNT))).to.include({ failure: 'retryable', code: 'parley.unreachable' })
    const open = { failure: 'throttled', code: 'parley.remote-away', retryAfterMs: 5_000 }
    expect(await send(connectionOf(ACCOUNT))).to.include(open)
    clock.advance(5_000)
    expect(await send(connectionOf(ACCOUNT)), 'one is let through').to.include({ code: 'parley.unreachable' })
    expect(await send(connectionOf(ACCOUNT)), 'and then for longer').to.include({ ...open, retryAfterMs: 10_000 })
    clock.advance(600_000)
    expect(await send(connectionOf(ACCOUNT))).to.include({ code: 'parley.unreachable' })
    expect(await send(connectionOf(ACCOUNT)), 'but never for longer than the cap').to.include({ retryAfterMs: 20_000 })
  })

  it('goes out at once when the remote is back', async () => {
    for (let time = 0; time < 5; time += 1) expect(await under('drop')).to.include({ failure: 'unknown' })
    expect(await alone.send(connectionOf(ACCOUNT))).to.include({ code: 'parley.remote-away' })
    clock.advance(5_000)
    expect(await alone.send(connectionOf(ACCOUNT), 'one')).to.include({ ok: true })
    expect(await alone.send(connectionOf(ACCOUNT), 'two')).to.include({ ok: true })
  })

  it('is not held up by another remote that is away', async () => {
    const own = channelAlone('', clock, { url: undefined, secret: undefined, tenantUrls: true })
    const away = connectionOf('line-7', { settings: { url: `http://127.0.0.1:${await closedPort()}` } })
    for (let time = 0; time < 7; time += 1) await own.send(away)
    expect(await own.send(away)).to.include({ code: 'parley.remote-away' })
    expect(await own.send(connectionOf(ACCOUNT, { settings: { url: remote.url } }))).to.include({ ok: true })
  })

  it('is not waited for by more than so many at once: the others come back later', async () => {
    const { send } = channelAlone(remote.url, clock, { maxCallsAtOnce: 2 })
    remote.faults.push('slow-answer', 'slow-answer')
    const slow = ['one', 'two'].map((words) => send(connectionOf(ACCOUNT), words))
    const busy = { failure: 'throttled', code: 'parley.remote-busy', retryAfterMs: 500 }
    expect(await send(connectionOf(ACCOUNT), 'three')).to.include(busy)
    for (const result of await Promise.all(slow)) expect(result).to.include({ ok: true })
    expect(await send(connectionOf(ACCOUNT), 'three')).to.include({ ok: true })
  })

  it('is the same message however often it is asked for', async () => {
    const [first, second] = [await alone.send(connectionOf(ACCOUNT)), await alone.send(connectionOf(ACCOUNT))]
    expect(first).to.include({ ok: true })
    expect(second).to.deep.equal(first)
    expect(remote.received).to.have.length(1)
  })

  it('is unknown when its answer was lost, changed on the way, or not signed', async () => {
    for (const fault of ['lost-answer', 'forged-answer', 'unsigned-answer'] as const)
      expect(await under(fault), fault).to.include({ ok: false, failure: 'unknown' })
    expect(remote.received.map(({ correlationId }) => correlationId)).to.deep.equal([
      ...['c-lost-answer', 'c-forged-answer', 'c-unsigned-answer'],
    ])
  })

  it('is unknown when a gateway speaks for the remote', async () => {
    expect(await under('gateway-error')).to.include({ failure: 'unknown', code: 'http-502' })
  })

  it('believes only a signed refusal to be final', async () => {
    expect(await under('final-refusal')).to.include({ failure: 'recipient', code: 'recipient' })
    const statuses: [number, string][] = [
      [200, 'unknown'],
      [302, 'retryable'],
      [400, 'retryable'],
      [401, 'auth'],
      [403, 'auth'],
      [404, 'retryable'],
      [422, 'retryable'],
      [429, 'throttled'],
      [503, 'retryable'],
      [500, 'unknown'],
    ]
    for (const [status, failure] of statuses) {
      const stranger = await strangerAnswering(status)
      const { send } = channelAlone(stranger.url, clock)
      expect(await send(connectionOf(ACCOUNT)), String(status)).to.include({ failure, code: `http-${status}` })
      stranger.server.close()
    }
  })

  it('is refused by a remote that does not know our signature: the account stops', async () => {
    const wrong = connectionOf(ACCOUNT, { secrets: { signingSecret: secretOf('another') } })
    expect(await alone.send(wrong)).to.include({ failure: 'auth' })
    expect(await alone.send(connectionOf(ACCOUNT, { secrets: {} }))).to.include({
      failure: 'auth',
      code: 'parley.no-secret',
    })
    const short = connectionOf(ACCOUNT, { secrets: { signingSecret: 'whsec_c2hvcnQ=' } })
    expect(await alone.send(short)).to.include({ failure: 'auth', code: 'parley.secret-unusable' })
    expect(remote.received).to.deep.equal([])
  })

  it('goes on while a secret is changed on one side and then on the other', async () => {
    const [old, fresh] = [secretOf(ACCOUNT), secretOf('fresh')]
    const both = connectionOf(ACCOUNT, { secrets: { signingSecret: fresh, previousSigningSecret: old } })
    expect(await alone.send(both, 'remote has the old one')).to.include({ ok: true })
    remote.accounts.set(ACCOUNT, { account: ACCOUNT, title: 'x', secrets: [fresh] })
    expect(await alone.send(both, 'remote has the new one')).to.include({ ok: true })
    expect(await alone.send(connectionOf(ACCOUNT), 'only the old one')).to.include({ failure: 'auth' })
    expect(await alone.send(connectionOf(ACCOUNT, { secrets: { signingSecret: fresh } }), 'new')).to.include({
      ok: true,
    })
  })

  it('is refused when its clock and ours are minutes apart', async () => {
    const late = channelAlone(remote.url, new TestClock(new Date(START.getTime() - 302_000)))
    expect(await late.send(connectionOf(ACCOUNT))).to.include({ failure: 'auth' })
  })

  it('reaches no private address, no plain http and no other place by a redirect, unless the operator says so', async () => {
    const strict = channelAlone(remote.url, clock, { egress: {} })
    expect(await strict.send(connectionOf(ACCOUNT))).to.include({ failure: 'auth', code: 'parley.address-blocked' })
    const secure = channelAlone(remote.url, clock, { allowHttp: false })
    expect(await secure.send(connectionOf(ACCOUNT))).to.include({ failure: 'auth', code: 'parley.url-invalid' })
    expect(remote.received).to.deep.equal([])
  })

  it('lets no connection lead a registered remote elsewhere, and none bring its own where that is off', async () => {
    const elsewhere = connectionOf(ACCOUNT, { settings: { url: 'http://127.0.0.1:1' } })
    expect(await alone.send(elsewhere)).to.include({ ok: true })
    const none = channelAlone('', clock, { url: undefined, secret: undefined })
    expect(await none.send(elsewhere)).to.include({ failure: 'auth', code: 'parley.no-remote' })
  })

  it('stops when it is told to, and that is not held against the remote', async () => {
    for (let time = 0; time < 6; time += 1) {
      remote.faults.push('hang')
      const stop = new AbortController()
      const sending = alone.send(connectionOf(ACCOUNT), 'stop', { signal: stop.signal })
      setImmediate(() => stop.abort())
      expect(await sending).to.include({ ok: false, code: 'parley.aborted' })
      remote.faults.length = 0
    }
    expect(await alone.send(connectionOf(ACCOUNT), 'go on')).to.include({ ok: true })
  })

  it('tells neither the secret nor the person in what it says', async () => {
    const stranger = await remoteWith([ACCOUNT], () => clock.millis())
    stranger.unreachable.add('ada')
    const result = await channelAlone(stranger.url, clock).send(connectionOf(ACCOUNT))
    expect(result).to.include({ failure: 'recipient' })
    expect(JSON.stringify(result)).to.not.contain('ada').and.not.contain(secretOf(ACCOUNT))
    await stranger.close()
  })
})

describe('testing a connection to a remote', function () {
  this.timeout(30_000)
  let clock: TestClock
  let remote: Remote

  beforeEach(async () => {
    clock = new TestClock(START)
    remote = await remoteWith(['line-1', 'line-2'], () => clock.millis())
  })

  afterEach(() => remote.close())

  const test = (account: string, secret: string, more: object = {}, about = { shared: true }) =>
    channelAlone(remote.url, clock, more).channel.test(
      connectionOf(account, { secrets: { signingSecret: secretOf(secret) }, settings: { url: remote.url } }),
      new AbortController().signal,
      about,
    )

  it('is good for the account whose secret it is, and for no other', async () => {
    expect(await test('line-1', 'line-1')).to.deep.equal({ ok: true, title: 'Title of line-1' })
    expect(await test('line-1', 'line-2')).to.include({ ok: false })
    expect(await test('line-9', 'line-1')).to.include({ ok: false })
  })

  it('lets no tenant bring a remote of its own to an endpoint that others share', async () => {
    const own = { url: undefined, secret: undefined, tenantUrls: true }
    expect(await test('line-1', 'line-1', own))
      .to.have.property('detail')
      .that.matches(/^parley\.own-remote/)
    expect(await test('line-1', 'line-1', own, { shared: false })).to.include({ ok: true })
  })
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Something that is not the remote, at its address. */
async function strangerAnswering(status: number): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', location: 'http://169.254.169.254/' })
    response.end('{"data":{"externalId":"made up"},"code":"recipient"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
