import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { createTestDatabase, silentLogger, TestClock, type TestDatabase } from '@parley/core/testing'
import { expect } from 'chai'
import { ownUrl, PeerStore, Peers, peerRoute, peerSettings } from '../../../core/peers/index.ts'
import type { RawBody, RouteRequest } from '../../../core/plugin/route.ts'
import { withHidden } from '../../../core/secrets/hidden.ts'
import { KeyRing } from '../../../core/secrets/key-ring.ts'

const settings = peerSettings.validate({ beatMs: 60_000, callMs: 5_000 }).value
const ringOf = (key = randomBytes(32)) => new KeyRing([{ id: 'k1', key }])
const connection = () =>
  withHidden({ id: 'c1', tenantId: 't1', provider: 'pager', name: 'Desk' }, 'secrets', { token: 'top secret' })

interface Pager {
  readonly capabilities: object
  send(request: object): Promise<unknown>
  test(connection: object, signal: AbortSignal): Promise<unknown>
}
interface Files {
  fetch(request: object): Promise<{ ok: boolean; content: NodeJS.ReadableStream; mimeType: string }>
}

/** One process of an installation: who it knows, and the address where it takes calls. */
class Process {
  readonly peers: Peers
  readonly heard: { method: string; args: readonly unknown[] }[] = []
  /** What arrived, as it came. */
  readonly bodies: string[] = []
  readonly #server: Server

  constructor(database: TestDatabase, ring: KeyRing, clock: TestClock) {
    const parts = { ring, clock, log: silentLogger, settings }
    this.peers = new Peers({ ...parts, store: new PeerStore(database.knex) })
    const route = peerRoute({ ...parts, self: this.peers.id, provider: (port, key) => this.#provider(port, key) })
    this.#server = createServer(async (request, response) => {
      const body = await readText(request)
      this.bodies.push(body)
      try {
        const reply = await route.handle({ payload: JSON.parse(body) } as RouteRequest)
        response.writeHead(reply.status, { ...reply.headers })
        const { content } = reply.body as RawBody
        if (content instanceof Readable) content.pipe(response)
        else response.end(reply.status === 200 ? content : JSON.stringify(reply.body))
      } catch {
        response.writeHead(500).end('{}')
      }
    })
  }

  #provider(port: string, key: string): unknown {
    if (key !== 'pager') return undefined
    const noting =
      (method: string, answer: () => unknown) =>
      async (...args: unknown[]) => {
        this.heard.push({ method, args })
        return answer()
      }
    if (port === 'channel-media@1')
      return {
        fetch: noting('fetch', () => ({ ok: true, mimeType: 'image/gif', content: Readable.from(['GIF', '89a']) })),
      }
    return {
      send: noting('send', () => ({ ok: true, externalId: 'x1' })),
      test: noting('test', () => {
        throw new Error('a bug')
      }),
      forget: noting('forget', () => undefined),
    }
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

describe('the processes of an installation', () => {
  const offers = { 'channel@1': { pager: { capabilities: { title: 'Pager' } } }, 'channel-media@1': { pager: {} } }
  let database: TestDatabase
  let clock: TestClock
  let ring: KeyRing
  let asking: Process
  let running: Process
  let url: string

  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())
  beforeEach(async () => {
    clock = new TestClock()
    ring = ringOf()
    asking = new Process(database, ring, clock)
    running = new Process(database, ring, clock)
    url = await running.listen()
    await running.peers.start(url, () => offers)
    await asking.peers.start('http://127.0.0.1:1', () => ({}))
  })
  afterEach(async () => {
    await Promise.all([asking.peers.stop(), running.peers.stop()])
    await running.end()
  })
  const pager = () => asking.peers.byKey('channel@1', 'pager') as Pager
  const send = () => pager().send({ connection: connection(), to: 'ada', signal: AbortSignal.timeout(5_000) })

  it('know what each other offers, with its facts', () => {
    expect(asking.peers.keys('channel@1')).to.deep.equal(['pager'])
    expect(pager().capabilities).to.deep.equal({ title: 'Pager' })
    expect(asking.peers.byKey('channel@1', 'pigeon')).to.equal(undefined)
    expect(running.peers.keys('channel@1')).to.deep.equal([])
  })

  it('learn what a provider can do when that becomes known', async () => {
    await running.peers.stop()
    let title = 'Pager'
    await running.peers.start(url, () => ({ 'channel@1': { pager: { capabilities: { title } } } }))
    await asking.peers.beat()
    title = 'Pager with pictures'
    await running.peers.beat()
    await asking.peers.beat()
    expect(pager().capabilities).to.deep.equal({ title: 'Pager with pictures' })
  })

  it('ask each other, and take the secrets of an account along where nobody reads them', async () => {
    expect(await send()).to.deep.equal({ ok: true, externalId: 'x1' })
    const request = running.heard[0]?.args[0] as { connection: object; signal: unknown; to: string }
    expect(request.to).to.equal('ada')
    expect(request.signal).to.be.instanceOf(AbortSignal)
    expect(request.connection).to.deep.equal({ id: 'c1', tenantId: 't1', provider: 'pager', name: 'Desk' })
    expect(request.connection).to.have.property('secrets').that.deep.equals({ token: 'top secret' })
    expect(running.bodies.join()).to.not.include('secret').and.not.include('ada')
  })

  it('stream files', async () => {
    const files = asking.peers.byKey('channel-media@1', 'pager') as Files
    const { content, ...beside } = await files.fetch({ connection: connection() })
    expect(beside).to.deep.equal({ ok: true, mimeType: 'image/gif' })
    expect(await readText(content)).to.equal('GIF89a')
  })

  it('say of a call that cannot have arrived that nobody is there, and of any other that they do not know', async () => {
    const failed = await pager()
      .test(connection(), AbortSignal.timeout(5_000))
      .catch((error: unknown) => error)
    expect(failed).to.have.property('code', 'peer.failed')
    await running.end()
    expect(await send().catch((error: unknown) => error)).to.include({ name: 'ParleyError', code: 'peer.away' })
  })

  it('ask the next one when the first cannot be reached', async () => {
    const dead = new Process(database, ring, clock)
    const deadUrl = await dead.listen()
    await dead.end()
    await dead.peers.start(deadUrl, () => offers)
    await asking.peers.beat()
    for (let n = 0; n < 4; n += 1) expect(await send()).to.include({ ok: true })
    await dead.peers.stop()
  })

  it('still speak of what somebody offered who left, for a while', async () => {
    await running.peers.stop()
    await asking.peers.beat()
    expect(pager().capabilities).to.deep.equal({ title: 'Pager' })
    expect(await send().catch((error: unknown) => error)).to.have.property('code', 'peer.away')
    clock.advance(settings.rememberMs + 1)
    expect(pager()).to.equal(undefined)
  })

  it('forget who has said nothing for long', async () => {
    clock.advance(settings.awayMs + 1)
    await asking.peers.beat()
    expect(await send().catch((error: unknown) => error)).to.have.property('code', 'peer.away')
    expect(running.heard).to.deep.equal([])
  })

  it('refuse calls of other keys, repeated ones, and those for another process', async () => {
    await send()
    const [body = ''] = running.bodies
    const post = async (to: string, text: string) => (await fetch(to, { method: 'POST', body: text })).status
    expect(await post(url, body), 'the same again').to.equal(401)
    const stranger = new Process(database, ringOf(), clock)
    const other = new Process(database, ring, clock)
    const otherUrl = await other.listen()
    expect(await post(otherUrl, body), 'for another process').to.equal(401)
    await stranger.peers.start('http://127.0.0.1:1', () => ({}))
    const call = (stranger.peers.byKey('channel@1', 'pager') as Pager).send({})
    expect(await call.catch((error: unknown) => error)).to.have.property('code', 'peer.failed')
    expect(running.heard).to.have.length(1)
    await stranger.peers.stop()
    await other.end()
  })

  it('refuse calls that are older than clocks differ', async () => {
    const later = new TestClock()
    later.advance(settings.staleMs + 1)
    const ahead = new Process(database, ring, later)
    await ahead.peers.start(await ahead.listen(), () => offers)
    await running.peers.stop()
    await asking.peers.beat()
    expect(await send().catch((error: unknown) => error)).to.have.property('code', 'peer.failed')
    expect(ahead.heard).to.deep.equal([])
    await ahead.peers.stop()
    await ahead.end()
  })

  it('offer nothing but the methods that are meant to be asked', async () => {
    await asking.peers.stop()
    const cheat = new Process(database, ring, clock)
    await running.peers.start(url, () => ({ 'channel@1': { pager: {}, pigeon: {} }, 'database@1': { pager: {} } }))
    await cheat.peers.start('http://127.0.0.1:1', () => ({}))
    expect(Object.keys(cheat.peers.byKey('database@1', 'pager') as object)).to.deep.equal([])
    expect(Object.keys(cheat.peers.byKey('channel@1', 'pager') as object)).to.deep.equal(['send', 'test'])
    const pigeon = cheat.peers.byKey('channel@1', 'pigeon') as Pager
    expect(await pigeon.send({}).catch((error: unknown) => error)).to.have.property('code', 'peer.away')
    await cheat.peers.stop()
  })
})

describe('the address of a process', () => {
  const network = () => ({
    lo: [{ address: '127.0.0.1', internal: true, family: 'IPv4' }],
    eth0: [
      { address: 'fe80::1', internal: false, family: 'IPv6' },
      { address: '10.1.2.3', internal: false, family: 'IPv4' },
    ],
  })

  it('is where it listens, or its first one in the network', () => {
    expect(ownUrl('127.0.0.1', 3000)).to.equal('http://127.0.0.1:3000')
    expect(ownUrl('::1', 3000)).to.equal('http://[::1]:3000')
    expect(ownUrl('0.0.0.0', 3000, network as never)).to.equal('http://10.1.2.3:3000')
    expect(ownUrl('::', 3000, () => ({}))).to.equal('http://127.0.0.1:3000')
  })
})
