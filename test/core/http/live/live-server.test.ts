import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import nes from '@hapi/nes'
import { expect } from 'chai'
import { UnavailableError } from '../../../../core/plugin/errors.ts'
import type { LiveTopic } from '../../../../core/plugin/live.ts'
import type { Actor } from '../../../../core/plugin/route.ts'
import { ACME, actors, baseUrl, bearer, GLOBEX, type Rig, rig, visitor } from '../kit.ts'

type Client = InstanceType<typeof nes.Client>

const authOf = (token: string, scheme = 'Bearer') => ({ headers: { authorization: `${scheme} ${token}` } })

/** `/live/rooms/{tenantId}/{id}`: whoever is told so by the test may listen. */
function topic(over: Partial<LiveTopic> = {}): LiveTopic {
  return {
    path: '/live/rooms/{tenantId}/{id}',
    access: { permission: 'things.read' },
    authorize: async () => true,
    ...over,
  }
}

async function failureOf(promise: Promise<unknown>): Promise<{ statusCode?: number; message: string }> {
  return promise.then(
    () => expect.fail('expected a refusal'),
    (error: { statusCode?: number; message: string }) => error,
  )
}

describe('core/http/live/live-server', () => {
  const clients: Client[] = []
  const sockets: Socket[] = []
  let up: Rig | undefined

  const start = async (topics: LiveTopic[], live: object = {}, more: Parameters<typeof rig>[2] = {}) => {
    up = await rig([], { settings: { live: { closeJitterMs: 0, ...live } } }, { live: topics, ...more })
    await up.http.start()
    return up
  }

  const client = async (auth?: object) => {
    const made = new nes.Client(`ws://${new URL(baseUrl(up as Rig)).host}`)
    made.onError = () => {}
    clients.push(made)
    await made.connect({ reconnect: false, ...(auth === undefined ? {} : { auth }) })
    return made
  }

  /** A WebSocket by hand, that reads only what the test reads. */
  const rawSocket = async (headers = ''): Promise<Socket> => {
    const { hostname, port } = new URL(baseUrl(up as Rig))
    const socket = connect(Number(port), hostname)
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(
      `GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
    )
    await once(socket, 'data')
    return socket
  }

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((one) => one.disconnect()))
    for (const socket of sockets.splice(0)) socket.destroy()
    await up?.http.stop()
    up = undefined
  })

  it('pushes what is published on a path to those who subscribed to it, and to nobody else', async () => {
    const { http } = await start([topic()])
    const [one, other] = [await client(authOf('acme')), await client(authOf('acme'))]
    const heard: unknown[] = []
    const otherHeard: unknown[] = []
    await one.subscribe(`/live/rooms/${ACME}/1`, (message: unknown) => heard.push(message))
    await other.subscribe(`/live/rooms/${ACME}/2`, (message: unknown) => otherHeard.push(message))
    const ends = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()] as const
    await one.subscribe(`/live/rooms/${ACME}/3`, ends[0].resolve)
    await other.subscribe(`/live/rooms/${ACME}/3`, ends[1].resolve)
    http.live.publish(`/live/rooms/${ACME}/1`, { cursor: 1 })
    http.live.publish(`/live/rooms/${ACME}/1`, { cursor: 2 })
    http.live.publish(`/live/rooms/${ACME}/3`, 'last')
    await Promise.all(ends.map((end) => end.promise))
    expect(heard).to.deep.equal([{ cursor: 1 }, { cursor: 2 }])
    expect(otherHeard).to.deep.equal([])
  })

  it('hands the path and the caller to the topic, whose "no" refuses the subscription', async () => {
    const asked: unknown[] = []
    const authorize = async (params: Readonly<Record<string, string>>, actor: Actor) => {
      asked.push([params.id, actor.id])
      return params.id === 'mine'
    }
    await start([topic({ authorize })])
    const one = await client(authOf('acme'))
    await one.subscribe(`/live/rooms/${ACME}/mine`, () => {})
    const refusal = await failureOf(one.subscribe(`/live/rooms/${ACME}/yours`, () => {}))
    expect(refusal.statusCode).to.equal(403)
    expect(asked).to.deep.equal([
      ['mine', 'key-1'],
      ['yours', 'key-1'],
    ])
  })

  it("refuses another tenant's path even when the topic would allow it", async () => {
    await start([topic()])
    const one = await client(authOf('globex'))
    expect((await failureOf(one.subscribe(`/live/rooms/${ACME}/1`, () => {}))).statusCode).to.equal(403)
    await one.subscribe(`/live/rooms/${GLOBEX}/1`, () => {})
  })

  it('lets nobody in without a credential, or with one that is not known', async () => {
    await start([topic()])
    expect((await failureOf(client())).statusCode).to.equal(401)
    expect((await failureOf(client(authOf('nobody')))).statusCode).to.equal(401)
  })

  it('asks for the scheme and the permission that the topic names', async () => {
    await start([
      topic({ path: '/live/threads/{id}', access: { scheme: 'visitor' } }),
      topic({ path: '/live/admin', access: { permission: 'admin' } }),
    ])
    const key = await client(authOf('reader'))
    expect((await failureOf(key.subscribe('/live/threads/1', () => {}))).statusCode).to.equal(403)
    expect((await failureOf(key.subscribe('/live/admin', () => {}))).statusCode).to.equal(403)
    const ann = await client(authOf('ann', 'visitor'))
    await ann.subscribe('/live/threads/1', () => {})
  })

  it('shows no topic of a plugin that is off for the tenant', async () => {
    up = await rig([], { gate: (_, tenantId) => tenantId !== ACME }, { live: [topic()] })
    await up.http.start()
    const one = await client(authOf('acme'))
    expect((await failureOf(one.subscribe(`/live/rooms/${ACME}/1`, () => {}))).statusCode).to.equal(404)
  })

  it('survives a topic whose check throws, and says "later" when the storage is away', async () => {
    const authorize = async ({ id }: Readonly<Record<string, string>>) => {
      if (id === 'outage') throw new UnavailableError('database.unavailable', 'down')
      throw new TypeError('secret detail')
    }
    const { log } = await start([topic({ authorize })])
    const one = await client(authOf('acme'))
    const bug = await failureOf(one.subscribe(`/live/rooms/${ACME}/bug`, () => {}))
    expect(bug.statusCode).to.equal(500)
    expect(bug.message).not.to.include('secret detail')
    expect((await failureOf(one.subscribe(`/live/rooms/${ACME}/outage`, () => {}))).statusCode).to.equal(503)
    expect(log.lines.filter((line) => line.level === 'error')).to.have.length(2)
  })

  it('closes a socket that sends what nes would fall over', async () => {
    await start([topic()])
    const frames = [
      'null',
      '7',
      'nonsense',
      '{"type":"sub","id":1,"path":5}',
      '{"type":"hello","id":1,"version":"2","auth":"x"}',
    ]
    for (const frame of frames) {
      const socket = new WebSocket(baseUrl(up as Rig).replace('http', 'ws'))
      await once(socket, 'open')
      socket.send(frame)
      const [event] = await once(socket, 'close')
      expect((event as CloseEvent).code, frame).to.equal(1008)
    }
    await client(authOf('acme'))
  })

  it('answers a request over the socket with an error: the HTTP API is the place for that', async () => {
    await start([topic()])
    const one = await client(authOf('acme'))
    const refusal = await failureOf(one.request('/healthz'))
    expect(refusal.statusCode).to.equal(400)
  })

  it('limits subscriptions, and the size and number of messages, of a socket', async () => {
    await start([topic()], { maxSubscriptions: 2, maxMessageBytes: 600, maxMessagesPerSecond: 10 })
    const one = await client(authOf('acme'))
    await one.subscribe(`/live/rooms/${ACME}/1`, () => {})
    await one.subscribe(`/live/rooms/${ACME}/2`, () => {})
    expect((await failureOf(one.subscribe(`/live/rooms/${ACME}/3`, () => {}))).statusCode).to.equal(429)
    await one.unsubscribe(`/live/rooms/${ACME}/1`)
    await one.subscribe(`/live/rooms/${ACME}/3`, () => {})

    const codes = []
    for (const send of [(s: WebSocket) => s.send('x'.repeat(601)), flood]) {
      const socket = new WebSocket(baseUrl(up as Rig).replace('http', 'ws'))
      await once(socket, 'open')
      send(socket)
      const [event] = await once(socket, 'close')
      codes.push((event as CloseEvent).code)
    }
    expect(codes).to.deep.equal([1009, 1008])
  })

  it('cuts a socket whose client does not read, and leaves the others alone', async () => {
    const { http, log } = await start([topic()], { maxBufferedBytes: 512 * 1024 })
    const path = `/live/rooms/${ACME}/1`
    const deaf = await rawSocket()
    deaf.write(frameOf({ type: 'hello', id: 1, version: '2', auth: authOf('acme'), subs: [path] }))
    await once(deaf, 'data')
    deaf.pause()
    const good = await client(authOf('acme'))
    let heard = 0
    await good.subscribe(path, () => {
      heard += 1
    })
    const cut = closed(deaf)
    const text = 'x'.repeat(64 * 1024)
    let published = 0
    while (!log.lines.some((line) => line.message === 'a socket that does not read was cut')) {
      http.live.publish(path, text)
      published += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    deaf.resume()
    await cut
    const { promise: done, resolve } = Promise.withResolvers<unknown>()
    await good.subscribe(`/live/rooms/${ACME}/done`, resolve)
    http.live.publish(`/live/rooms/${ACME}/done`, 'done')
    await done
    expect(heard).to.equal(published)
  })

  it('takes no cookie for a credential', async () => {
    await start([topic()])
    const socket = await rawSocket('Cookie: nes=made-up\r\n')
    socket.write(frameOf({ type: 'hello', id: 1, version: '2' }))
    const [answer] = await once(socket, 'data')
    expect(String(answer)).to.include('"statusCode":401')
  })

  it('cuts a socket that keeps asking and does not read the answers', async () => {
    await start([topic()], { maxMessagesPerSecond: 1_000_000, maxUnreadAnswers: 10 })
    const deaf = await rawSocket()
    deaf.pause()
    const cut = closed(deaf)
    const question = frameOf({ type: 'sub', id: 'x'.repeat(8000), path: `/live/${'y'.repeat(400)}` })
    let asking = true
    void cut.then(() => {
      asking = false
    })
    while (asking) {
      if (!deaf.destroyed && !deaf.writableNeedDrain) deaf.write(question)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

  it('closes the sockets of a credential that was revoked', async () => {
    const known = actors()
    up = await rig(
      [],
      { settings: { live: { reverifyMs: 20, closeJitterMs: 0 } } },
      {
        live: [topic()],
        authenticators: [bearer(known), visitor],
      },
    )
    await up.http.start()
    const one = await client(authOf('acme'))
    await one.subscribe(`/live/rooms/${ACME}/1`, () => {})
    const gone = new Promise<void>((resolve) => {
      one.onDisconnect = () => resolve()
    })
    delete known.acme
    await gone
  })

  it('closes the sockets of somebody who lost a permission, and of nobody else', async () => {
    const known = actors()
    const live = { reverifyMs: 20, closeJitterMs: 0 }
    up = await rig([], { settings: { live } }, { live: [topic()], authenticators: [bearer(known), visitor] })
    await up.http.start()
    const [one, other] = [await client(authOf('reader')), await client(authOf('acme'))]
    await one.subscribe(`/live/rooms/${ACME}/1`, () => {})
    const heard = Promise.withResolvers<unknown>()
    await other.subscribe(`/live/rooms/${ACME}/1`, heard.resolve)
    const gone = new Promise<void>((resolve) => {
      one.onDisconnect = () => resolve()
    })
    if (known.reader !== undefined) known.reader = { ...known.reader, permissions: [] }
    await gone
    up.http.live.publish(`/live/rooms/${ACME}/1`, 'still here')
    expect(await heard.promise).to.equal('still here')
  })

  it('tells its clients to come back elsewhere when it stops', async () => {
    const { http } = await start([topic()])
    const one = await client(authOf('acme'))
    const gone = new Promise<number>((resolve) => {
      one.onDisconnect = (_, log) => resolve(log.code)
    })
    await http.stop()
    expect(await gone).to.equal(1012)
  })
})

/** Resolves when the socket is gone, with an error or without. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

function flood(socket: WebSocket): void {
  for (let id = 1; id <= 11; id += 1) socket.send(JSON.stringify({ type: 'ping', id }))
}

/** A masked text frame of a client, below 64 KiB. */
function frameOf(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const head = Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff, 0, 0, 0, 0])
  return Buffer.concat([head, body])
}
