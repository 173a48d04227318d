import { expect } from 'chai'
import { ACME, GLOBEX } from '../kit.ts'
import { type Stored, storeOnDatabase } from './fixture.ts'

const terms = { ttlMs: 3_600_000, leaseMs: 60_000 }
const answer = { status: 201, headers: { location: '/x' }, body: '{"id":1}', contentType: 'application/json' }

describe('core/http/idempotency/postgres-store', () => {
  let stored: Stored
  let scopes = 0
  const scope = (over: object = {}) => {
    scopes += 1
    return { tenantId: ACME, actor: 'api-key:1', route: 'send', key: `key-${scopes}`, ...over }
  }
  const mine = async (key: ReturnType<typeof scope>, hash = 'a') => {
    const claim = await stored.store.claim(key, hash, terms)
    if (claim.state !== 'mine') throw new Error(`expected to get the claim, got ${claim.state}`)
    return claim.attempt
  }

  before(async () => {
    stored = await storeOnDatabase()
  })
  after(() => stored.db.drop())

  it('gives a key to the first who asks, and his answer to all who ask the same later', async () => {
    const key = scope()
    const attempt = await mine(key)
    expect(await stored.store.claim(key, 'a', terms)).to.deep.equal({ state: 'in-flight', retryAfterSeconds: 60 })
    await stored.store.complete(key, attempt, answer)
    expect(await stored.store.claim(key, 'a', terms)).to.deep.equal({ state: 'done', answer })
  })

  it('remembers an answer without a body', async () => {
    const key = scope()
    const empty = { status: 204, headers: {}, body: null, contentType: null }
    await stored.store.complete(key, await mine(key), empty)
    expect(await stored.store.claim(key, 'a', terms)).to.deep.equal({ state: 'done', answer: empty })
  })

  it('tells another request with the same key apart, in flight and done', async () => {
    const key = scope()
    const attempt = await mine(key)
    expect(await stored.store.claim(key, 'b', terms)).to.deep.equal({ state: 'other-request' })
    await stored.store.complete(key, attempt, answer)
    expect(await stored.store.claim(key, 'b', terms)).to.deep.equal({ state: 'other-request' })
  })

  it('gives a key to exactly one of many who ask at once', async () => {
    const key = scope()
    const claims = await Promise.all(Array.from({ length: 12 }, () => stored.store.claim(key, 'a', terms)))
    expect(claims.filter((claim) => claim.state === 'mine')).to.have.length(1)
    expect(claims.filter((claim) => claim.state === 'in-flight')).to.have.length(11)
  })

  it('frees a key that was released', async () => {
    const key = scope()
    await stored.store.release(key, await mine(key))
    await mine(key, 'b')
  })

  it('gives the key of a process that died to the next who asks the same, once the lease is over', async () => {
    const key = scope()
    const dead = await mine(key)
    stored.clock.advance(59_000)
    expect(await stored.store.claim(key, 'a', terms)).to.deep.equal({ state: 'in-flight', retryAfterSeconds: 1 })
    stored.clock.advance(1_000)
    expect((await stored.store.claim(key, 'b', terms)).state).to.equal('other-request')
    const next = await mine(key)
    await stored.store.complete(key, dead, { ...answer, body: 'from the grave' })
    await stored.store.release(key, dead)
    expect((await stored.store.claim(key, 'a', terms)).state).to.equal('in-flight')
    await stored.store.complete(key, next, answer)
    expect(await stored.store.claim(key, 'a', terms)).to.deep.equal({ state: 'done', answer })
  })

  it('forgets an answer when its time is over, whether it was purged yet or not', async () => {
    const key = scope()
    await stored.store.complete(key, await mine(key), answer)
    stored.clock.advance(terms.ttlMs)
    await mine(key, 'b')
  })

  it('keeps tenants, callers and routes apart', async () => {
    const key = scope()
    await mine(key)
    await mine({ ...key, tenantId: GLOBEX })
    await mine({ ...key, actor: 'visitor:ann' })
    await mine({ ...key, route: 'other' })
  })

  it('shows a tenant no other tenant’s rows, whatever the query says', async () => {
    await mine(scope({ tenantId: GLOBEX, key: 'secret' }))
    const seen = await stored.database.transaction(ACME, async ({ trx }) =>
      trx('parley.idempotency_key').select('tenant_id').groupBy('tenant_id'),
    )
    expect(seen).to.deep.equal([{ tenant_id: ACME }])
    expect(await stored.db.knex('parley.idempotency_key').select()).to.deep.equal([])
  })

  it('purges what has expired, of all tenants, and nothing else', async () => {
    await stored.store.purge()
    stored.clock.advance(terms.ttlMs)
    await stored.store.purge()
    const old = [scope(), scope({ tenantId: GLOBEX })]
    for (const key of old) await mine(key)
    stored.clock.advance(terms.ttlMs - 1)
    const young = scope()
    await mine(young)
    expect(await stored.store.purge()).to.equal(0)
    stored.clock.advance(1)
    expect(await stored.store.purge()).to.equal(2)
    expect((await stored.store.claim(young, 'a', terms)).state).to.equal('in-flight')
  })
})
