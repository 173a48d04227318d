import { once } from 'node:events'
import { expect } from 'chai'
import Joi from 'joi'
import { openLimits } from '../../../../core/http/limits/open-limits.ts'
import { sweep } from '../../../../core/http/limits/store.ts'
import { parseHttpSettings } from '../../../../core/http/settings.ts'
import { noContent, ok, type Route } from '../../../../core/plugin/route.ts'
import { createTestDatabase, type TestDatabase } from '../../../../core/testing/test-database.ts'
import { describeWith } from '../../../real-parts.ts'
import { findRedis, RedisServer } from '../../../redis/redis-server.ts'
import { as, LogBook, type Rig, rig, route } from '../kit.ts'

const login: Route = route({
  ...{ method: 'POST', path: '/api/login', id: 'login', access: { public: 'Nobody is signed in yet.' }, limit: 'auth' },
  payload: Joi.object({ email: Joi.string().required(), password: Joi.string().required() }),
  responses: { 200: { description: 'In.', schema: Joi.object().unknown(true) }, 202: { description: 'Noted.' } },
  handle: async ({ payload }) => {
    const { password } = payload as { password: string }
    if (password === 'noted') return { status: 202 }
    return password === 'right'
      ? ok({})
      : { status: 401, body: { $$type: 'parley.problem', code: 'no', detail: 'No.' } }
  },
})
const open = route({ path: '/api/open', id: 'getOpen', access: { public: 'For all.' }, handle: async () => ok({}) })
const chat = route({
  ...{ path: '/api/chat', id: 'getChat', access: { scheme: 'visitor' }, responses: { 204: { description: 'Fine.' } } },
  handle: async () => noContent(),
})

/** A server with limits over a store, as one process has it. */
async function serverOver(database: TestDatabase, redisUrl?: string, settings: object = {}) {
  const log = new LogBook()
  const tiers = { tierOf: async (tenantId: string) => (tenantId.endsWith('b') ? 'pro' : 'free') }
  const { limits, close } = await openLimits({
    ...{ knex: database.knex, redisUrl, log, tiers },
    settings: parseHttpSettings({ limits: { syncMs: 50, ...settings } }).limits,
  })
  const made = await rig([login, route({}), open, chat], { limits })
  return { ...made, limits, close, log }
}

type Server = Awaited<ReturnType<typeof serverOver>>

const attempt = ({ http }: Rig, email: string, password = 'wrong', remoteAddress = '192.0.2.1') =>
  http.inject({ method: 'POST', url: '/api/login', payload: { email, password }, remoteAddress })

function attempts(start: () => Promise<{ database: TestDatabase; redisUrl?: string; end(): Promise<void> }>) {
  let first: Server
  let second: Server
  let end: () => Promise<void>
  before(async () => {
    const { database, redisUrl, ...started } = await start()
    first = await serverOver(database, redisUrl)
    second = await serverOver(database, redisUrl)
    end = started.end
  })
  after(async () => {
    await first?.close()
    await second?.close()
    await end?.()
  })

  it('refuse the sixth, whichever process it comes to, and say when to try again', async () => {
    const answers = []
    for (const server of [first, second, first, second, first, second])
      answers.push(await attempt(server, 'ann@acme.test'))
    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([401, 401, 401, 401, 401, 429])
    const [sixth = await attempt(first, 'ann@acme.test')] = answers.slice(-1)
    const { headers, payload } = sixth
    expect(Number(headers['retry-after'])).to.be.within(890, 900)
    expect(headers).to.include({ 'ratelimit-policy': '"anonymous";q=600;w=60, "auth";q=5;w=900' })
    expect(headers.ratelimit).to.match(/^"anonymous";r=\d+;t=\d+, "auth";r=0;t=\d+$/)
    expect(JSON.parse(payload)).to.include({ status: 429, code: 'limit.exceeded', policy: 'auth' })
    expect((await attempt(first, 'ANN@acme.test ')).statusCode).to.equal(429)
  })

  it('count by account and address together: nobody is locked out by a stranger, and no stranger by somebody', async () => {
    expect((await attempt(first, 'ann@acme.test', 'wrong', '192.0.2.2')).statusCode).to.equal(401)
    expect((await attempt(first, 'bob@acme.test')).statusCode).to.equal(401)
  })

  it('are forgotten once somebody is let in, and not by what is answered to everybody', async () => {
    for (let one = 0; one < 4; one += 1) await attempt(first, 'cleo@acme.test')
    expect((await attempt(second, 'cleo@acme.test', 'right')).statusCode).to.equal(200)
    for (let one = 0; one < 5; one += 1)
      expect((await attempt(first, 'cleo@acme.test', 'noted')).statusCode).to.equal(202)
    expect((await attempt(second, 'cleo@acme.test', 'right')).statusCode).to.equal(429)
  })

  it('that let people in do not use up what their address may', async () => {
    const statuses = []
    for (let one = 0; one < 55; one += 1)
      statuses.push((await attempt(first, `clerk${one}@acme.test`, 'right', '192.0.2.77')).statusCode)
    expect(new Set(statuses)).to.deep.equal(new Set([200]))
  })

  it('of many accounts from one address are refused after fifty', async () => {
    const statuses = []
    for (let one = 0; one < 51; one += 1)
      statuses.push((await attempt(first, `p${one}@acme.test`, 'wrong', '2001:db8::7')).statusCode)
    expect(statuses.indexOf(429)).to.equal(50)
  })
}

describe('attempts at a secret, counted in Postgres', function () {
  this.timeout(30_000)
  attempts(async () => {
    const database = await createTestDatabase()
    return { database, end: () => database.drop() }
  })
})

describeWith('Redis', findRedis(), 'attempts at a secret, counted in Redis', (program) => {
  attempts(async () => {
    const database = await createTestDatabase()
    const redis = await RedisServer.start(program)
    return { database, redisUrl: redis.url, end: () => Promise.all([database.drop(), redis.stop()]).then(() => {}) }
  })
})

describeWith('Redis', findRedis(), 'limits whose Redis goes away', (program) => {
  let redis: RedisServer
  let database: TestDatabase
  let server: Server
  before(async () => {
    database = await createTestDatabase()
    redis = await RedisServer.start(program)
    server = await serverOver(database, redis.url, { actor: { points: 5 } })
  })
  after(async () => {
    await server?.close()
    await redis?.stop()
    await database?.drop()
  })

  it('let nobody at a secret, go on counting everything else in the process, and come back by themselves', async () => {
    expect((await attempt(server, 'ann@acme.test')).statusCode).to.equal(401)
    await redis.down()
    const closed = await attempt(server, 'ann@acme.test')
    expect([closed.statusCode, closed.headers['retry-after']]).to.deep.equal([503, '5'])
    const ask = () => server.http.inject({ url: '/api/things', headers: as('acme') })
    const statuses = []
    for (let one = 0; one < 6; one += 1) statuses.push((await ask()).statusCode)
    expect(statuses).to.deep.equal([200, 200, 200, 200, 200, 429])
    await server.limits.sync()
    expect(server.limits.figures().storeFailures).to.be.greaterThan(0)
    expect(server.log.lines.map(({ message }) => message)).to.include(
      'counts of requests cannot be shared; this process counts for itself',
    )
    await redis.up()
    let status = 503
    for (let tries = 0; tries < 100 && status === 503; tries += 1) {
      await once(AbortSignal.timeout(50), 'abort')
      status = (await attempt(server, 'ann@acme.test')).statusCode
    }
    expect(status).to.equal(401)
  })
})

describe('requests', function () {
  this.timeout(30_000)
  let database: TestDatabase
  const running: Server[] = []
  before(async () => {
    database = await createTestDatabase()
  })
  after(async () => {
    for (const server of running) await server.close()
    await database.drop()
  })
  const serve = async (settings: object) => {
    const server = await serverOver(database, undefined, settings)
    running.push(server)
    return server
  }
  const statuses = async ({ http }: Rig, times: number, request: object) => {
    const seen = []
    for (let one = 0; one < times; one += 1)
      seen.push((await http.inject({ url: '/api/things', ...request })).statusCode)
    return seen
  }

  it('of one key are a hundred in a minute by default; of another one they are its own', async () => {
    const server = await serve({})
    const seen = await statuses(server, 101, { headers: as('acme') })
    expect(seen.filter((status) => status === 200)).to.have.length(100)
    expect(seen.at(-1)).to.equal(429)
    const other = await server.http.inject({ url: '/api/things', headers: as('globex') })
    expect(other.statusCode).to.equal(200)
    expect(other.headers.ratelimit).to.match(/^"actor";r=99;t=60, "tenant";r=2999;t=60$/)
  })

  it('of a whole tenant are as many as its plan gives, its customers not counted', async () => {
    const server = await serve({ tenant: { tiers: ['free=3', 'pro=4'], windowSeconds: 60 } })
    const fresh = { ...server, ...(await rig([route({}), chat], { limits: server.limits })) }
    expect(await statuses(fresh, 5, { url: '/api/chat', headers: { authorization: 'Visitor ann' } })).to.deep.equal(
      Array(5).fill(204),
    )
    expect(await statuses(fresh, 2, { headers: as('reader') })).to.deep.equal([200, 200])
    expect(await statuses(fresh, 2, { headers: as('acme') })).to.deep.equal([200, 429])
    expect(await statuses(fresh, 5, { headers: as('globex') })).to.deep.equal([200, 200, 200, 200, 429])
  })

  it('without a credential, or with a wrong one, are counted by address', async () => {
    const server = await serve({ anonymous: { points: 3 } })
    const from = (remoteAddress: string) => ({ remoteAddress })
    expect(await statuses(server, 1, from('192.0.2.9'))).to.deep.equal([401])
    expect(await statuses(server, 1, { ...from('192.0.2.9'), headers: as('guess') })).to.deep.equal([401])
    expect(await statuses(server, 2, { ...from('192.0.2.9'), url: '/api/open' })).to.deep.equal([200, 429])
    expect(await statuses(server, 1, { ...from('192.0.2.10'), url: '/api/open' })).to.deep.equal([200])
  })

  it('for health are never refused', async () => {
    const server = await serve({ anonymous: { points: 1 } })
    expect(await statuses(server, 5, { url: '/healthz' })).to.deep.equal(Array(5).fill(200))
  })

  it('are counted together by two processes, from one sharing to the next', async () => {
    const quota = { actor: { points: 10 }, syncMs: 60_000 }
    const [first, second] = [await serve(quota), await serve(quota)]
    const headers = { authorization: 'Visitor ann' }
    const ask = (server: Server, times: number) => statuses(server, times, { url: '/api/chat', headers })
    await database.knex('parley.rate_limit').delete()
    expect(await ask(first, 6)).to.deep.equal(Array(6).fill(204))
    expect(await ask(second, 1)).to.deep.equal([204])
    await first.limits.sync()
    await second.limits.sync()
    expect(await ask(second, 4)).to.deep.equal([204, 204, 204, 429])
  })
})

describe('counts that have run out', () => {
  it('are swept out of Postgres, and no others', async () => {
    const { knex, drop } = await createTestDatabase()
    await knex('parley.rate_limit').insert(
      ['old', 'new'].map((key) => ({ key, points: 1, expire: key === 'old' ? 999 : 1000 })),
    )
    await sweep({ kind: 'postgres', knex }, 1000)
    expect(await knex('parley.rate_limit').pluck('key')).to.deep.equal(['new'])
    await drop()
  })
})

describe('webhooks', () => {
  it('are counted apart, and refused in memory before anything of them is read', async () => {
    const database = await createTestDatabase()
    const log = new LogBook()
    const { limits, close } = await openLimits({
      ...{ knex: database.knex, redisUrl: undefined, log, tiers: { tierOf: async () => 'free' } },
      settings: parseHttpSettings({ limits: { webhooks: { points: 2 }, anonymous: { points: 1 } } }).limits,
    })
    let taken = 0
    const intake = async () => {
      taken += 1
      return { status: 200 }
    }
    const { http } = await rig([], { limits, intake })
    const call = () => http.inject({ method: 'POST', url: '/hooks/whatsapp/1', payload: 'x' })
    const answers = [await call(), await call(), await call()]
    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([200, 200, 429])
    expect(Number(answers[2]?.headers['retry-after'])).to.be.within(59, 60)
    expect(taken).to.equal(2)
    expect(limits.figures().refused).to.deep.equal({ webhooks: 1 })
    await close()
    await database.drop()
  })
})
