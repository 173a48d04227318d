import { expect } from 'chai'
import { Breaker } from '../../../core/kernel/breaker.ts'

function setUp() {
  let now = 0
  const clock = { now: () => new Date(now), millis: () => now }
  const breaker = new Breaker(clock, { failures: 3, openMs: 1000 })
  return { breaker, wait: (ms: number) => (now += ms) }
}

function fail(breaker: Breaker, times: number): void {
  for (let i = 0; i < times; i += 1) breaker.failed('key')
}

describe('a circuit breaker', () => {
  it('opens after failures in a row, and a success in between starts the count again', () => {
    const { breaker } = setUp()
    fail(breaker, 2)
    breaker.succeeded('key')
    fail(breaker, 2)
    expect(breaker.waitMs('key')).to.equal(0)
    fail(breaker, 1)
    expect(breaker.waitMs('key')).to.equal(1000)
    expect(breaker.open()).to.deep.equal(['key'])
  })

  it('keeps other keys closed', () => {
    const { breaker } = setUp()
    fail(breaker, 3)
    expect(breaker.waitMs('other')).to.equal(0)
  })

  it('lets one call through when its time has passed, and closes when that succeeds', () => {
    const { breaker, wait } = setUp()
    fail(breaker, 3)
    wait(1000)
    expect(breaker.waitMs('key')).to.equal(0)
    expect(breaker.waitMs('key'), 'a second one').to.be.greaterThan(0)
    breaker.succeeded('key')
    expect(breaker.waitMs('key')).to.equal(0)
    expect(breaker.open()).to.deep.equal([])
  })

  it('opens again when that one call fails', () => {
    const { breaker, wait } = setUp()
    fail(breaker, 3)
    wait(1000)
    expect(breaker.waitMs('key')).to.equal(0)
    fail(breaker, 1)
    expect(breaker.waitMs('key')).to.equal(1000)
  })

  it('lets the next call through when the one before ended without a verdict', () => {
    const { breaker, wait } = setUp()
    fail(breaker, 3)
    wait(1000)
    expect(breaker.waitMs('key')).to.equal(0)
    breaker.released('key')
    expect(breaker.waitMs('key')).to.equal(0)
  })
})
