import { expect } from 'chai'
import { TestClock } from '../../../core/testing/test-clock.ts'

describe('the test clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new TestClock('2026-01-05T09:00:00.000Z')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(clock.now().toISOString()).to.equal('2026-01-05T09:00:00.000Z')
    clock.advance(365 * 86_400_000)
    expect(clock.now().toISOString()).to.equal('2027-01-05T09:00:00.000Z')
    clock.set('2026-06-01T00:00:00.000Z')
    expect(clock.millis()).to.equal(Date.parse('2026-06-01T00:00:00.000Z'))
  })

  it('tells who listens by how much it moved, until they stop listening', () => {
    const clock = new TestClock()
    const moves: number[] = []
    const stop = clock.onJump((ms) => moves.push(ms))
    clock.advance(5)
    clock.set(new Date(clock.millis() - 3))
    stop()
    clock.advance(1)
    expect(moves).to.deep.equal([5, -3])
  })
})
