import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { TokenBuckets } from '../../../adapters/webchat/token-bucket.ts'

const limit = { burst: 3, perMinute: 60 }

describe('a rate limit', () => {
  it('lets a burst through, then one per refill, and says how long to wait', () => {
    const clock = new TestClock()
    const buckets = new TokenBuckets(clock, 10)
    for (let i = 0; i < 3; i++) expect(buckets.take('a', limit)).to.deep.equal({ ok: true })
    expect(buckets.take('a', limit)).to.deep.equal({ ok: false, retryAfterSeconds: 1 })
    clock.advance(1000)
    expect(buckets.take('a', limit)).to.deep.equal({ ok: true })
    expect(buckets.take('a', limit)).to.include({ ok: false })
  })

  it('never saves up more than the burst, and does not mind a clock that goes back', () => {
    const clock = new TestClock()
    const buckets = new TokenBuckets(clock, 10)
    buckets.take('a', limit)
    clock.advance(3_600_000)
    for (let i = 0; i < 3; i++) expect(buckets.take('a', limit)).to.include({ ok: true })
    clock.advance(-3_600_000)
    expect(buckets.take('a', limit)).to.include({ ok: false })
  })

  it('is counted for each caller alone', () => {
    const buckets = new TokenBuckets(new TestClock(), 10)
    for (let i = 0; i < 4; i++) buckets.take('a', limit)
    expect(buckets.take('b', limit)).to.include({ ok: true })
  })

  it('keeps a bounded number of buckets', () => {
    const buckets = new TokenBuckets(new TestClock(), 2)
    for (let i = 0; i < 3; i++) buckets.take('a', limit)
    for (const other of ['b', 'c', 'd']) buckets.take(other, limit)
    expect(buckets.take('a', limit)).to.include({ ok: true })
  })
})
