import { randomBytes } from 'node:crypto'
import { createTestDatabase, type TestAnswer, type TestDatabase } from '@parley/core/testing'
import { expect } from 'chai'
import { describeWith } from '../../real-parts.ts'
import { findRedis, RedisServer } from '../../redis/redis-server.ts'
import { AccountsKernel, PASSWORD } from './accounts-kernel.ts'

/** The numbers that an installation has by default; tests otherwise run with others. */
const DEFAULTS = { HTTP_LIMITS_AUTH_POINTS: '5', HTTP_LIMITS_AUTH_ADDRESS_POINTS: '50' }

function sixthLogin(start: () => Promise<{ env: Record<string, string>; end(): Promise<void> }>) {
  let database: TestDatabase
  let first: AccountsKernel
  let second: AccountsKernel
  let end: () => Promise<void>
  before(async function () {
    this.timeout(60_000)
    const { env, ...started } = await start()
    const shared = { env: { ...DEFAULTS, ...env, PARLEY_KEYS: `k1:${randomBytes(32).toString('base64')}` } }
    end = started.end
    database = await createTestDatabase()
    first = await AccountsKernel.start({ ...shared, database })
    second = await AccountsKernel.start({ ...shared, database })
  })
  after(async () => {
    await second?.stop()
    await first?.stop()
    await database?.drop()
    await end?.()
  })

  const login = (kernel: AccountsKernel, email: string, password: string): Promise<TestAnswer> =>
    kernel.call('POST', '/api/auth/login', { payload: { email, password } })

  it('is refused with the time to wait, though it comes to the other process, and even with the right password', async () => {
    await first.register('ann@acme.test')
    const statuses = []
    for (const kernel of [first, second, first, second, first])
      statuses.push((await login(kernel, 'ann@acme.test', 'Wrong-horse-7')).status)
    expect(statuses).to.deep.equal([401, 401, 401, 401, 401])
    for (const kernel of [second, first]) {
      const refused = await login(kernel, 'ann@acme.test', PASSWORD)
      expect(refused.status).to.equal(429)
      expect(Number(refused.headers['retry-after'])).to.be.within(1, 900)
      expect(refused.headers.ratelimit).to.include('"auth";r=0;t=')
      expect(refused.body).to.include({ code: 'limit.exceeded', policy: 'auth' })
    }
  })

  it('is no sixth for somebody who signs in rightly, however often', async () => {
    await first.register('bob@acme.test')
    for (let one = 0; one < 7; one += 1)
      expect((await login(one % 2 === 0 ? first : second, 'bob@acme.test', PASSWORD)).status).to.equal(200)
  })
}

describe('the sixth attempt to sign in, counted in Postgres', () => {
  sixthLogin(async () => ({ env: {}, end: async () => {} }))
})

describeWith('Redis', findRedis(), 'the sixth attempt to sign in, counted in Redis', (program) => {
  sixthLogin(async () => {
    const redis = await RedisServer.start(program)
    return { env: { REDIS_URL: redis.url }, end: () => redis.stop() }
  })
})
