import { expect } from 'chai'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { SharedCounter } from '../../../../core/http/limits/shared-counter.ts'
import { limitHeaders, tooMany } from '../../../../core/http/limits/verdict.ts'

const WINDOW = { policy: 'actor', windowSeconds: 60, maxKeys: 100 }

describe('a counter that is shared in batches', () => {
  const start = Date.now()
  let at = start
  const now = () => at
  const store = () => new RateLimiterMemory({ points: 1e9, duration: 60 })
  const counter = (limiter: Pick<RateLimiterMemory, 'penalty'>) => new SharedCounter({ ...WINDOW, now, limiter })
  const taken = (one: SharedCounter, times: number, limit: number) =>
    Array.from({ length: times }, () => one.take('ann', limit)).filter(({ allowed }) => allowed).length
  beforeEach(() => {
    at = start
  })

  it('lets through as many as are allowed in a window, and then says how long to wait', () => {
    const one = counter(store())
    expect(one.take('ann', 3)).to.include({ allowed: true, remaining: 2, resetSeconds: 60 })
    at += 20_000
    expect(taken(one, 5, 3)).to.equal(2)
    expect(one.take('ann', 3)).to.include({ allowed: false, remaining: 0, resetSeconds: 40 })
    expect(one.take('bob', 3)).to.include({ allowed: true })
    at += 40_000
    expect(one.take('ann', 3)).to.include({ allowed: true, remaining: 2 })
  })

  it('asks the store nothing for a request, and once for many', async () => {
    const limiter = store()
    const told: number[] = []
    const one = counter({
      penalty: (key, points = 1) => {
        told.push(points)
        return limiter.penalty(key, points)
      },
    })
    taken(one, 7, 100)
    expect(told).to.deep.equal([])
    await one.flush()
    await one.flush()
    expect(told).to.deep.equal([7])
  })

  it('counts together with other processes from one flush to the next', async () => {
    const shared = store()
    const [here, there] = [counter(shared), counter(shared)]
    expect(taken(here, 6, 10)).to.equal(6)
    expect(taken(there, 3, 10)).to.equal(3)
    await here.flush()
    await there.flush()
    expect(there.take('ann', 10)).to.include({ allowed: true, remaining: 0 })
    expect(there.take('ann', 10)).to.include({ allowed: false })
    await there.flush()
    here.take('ann', 100)
    await here.flush()
    expect(here.take('ann', 10)).to.include({ allowed: false })
  })

  it('goes on for itself while the store is away, and forgets nothing that it counted', async () => {
    const failing = counter({ penalty: () => Promise.reject(new Error('away')) })
    expect(taken(failing, 3, 5)).to.equal(3)
    const error = await failing.flush().catch((reason: Error) => reason)
    expect(error).to.be.instanceOf(Error)
    expect(taken(failing, 5, 5)).to.equal(2)
  })
})

describe('what callers learn of limits', () => {
  const actor = { policy: 'actor', allowed: true, limit: 100, windowSeconds: 60, remaining: 99, resetSeconds: 42 }
  const tenant = { ...actor, policy: 'tenant', allowed: false, limit: 600, remaining: 0, resetSeconds: 7 }

  it('are the headers of the draft, an item for each policy', () => {
    expect(limitHeaders([actor, tenant])).to.deep.equal({
      'ratelimit-policy': '"actor";q=100;w=60, "tenant";q=600;w=60',
      ratelimit: '"actor";r=99;t=42, "tenant";r=0;t=7',
    })
    expect(limitHeaders([])).to.deep.equal({})
  })

  it('is 429 with the time to wait, never less than a second', () => {
    expect(tooMany(tenant)).to.deep.include({ status: 429, code: 'limit.exceeded', headers: { 'retry-after': '7' } })
    expect(tooMany({ ...tenant, resetSeconds: 0 }).headers).to.deep.equal({ 'retry-after': '1' })
  })
})
