import { expect } from 'chai'
import { afterTry, HEALTHY, type Health, nextTry } from '../../../../plugins/webhooks/domain/health.ts'

const limits = { circuitFailures: 3, circuitBaseMs: 1000, circuitCapMs: 5000, disableAfterDays: 2 }
const start = Date.parse('2026-01-05T09:00:00.000Z')
const failed = { ok: false, gone: false } as const

function failedFor(failures: number, everyMs: number) {
  let health: Health = HEALTHY
  const pauses: (number | null)[] = []
  for (let n = 0; n < failures; n += 1) {
    const now = new Date(start + n * everyMs)
    health = afterTry(health, failed, now, limits).health
    pauses.push(health.pausedUntil === null ? null : health.pausedUntil.getTime() - now.getTime())
  }
  return { health, pauses }
}

describe('the health of an address', () => {
  it('pauses after failures in a row, longer each time and never above the cap', () => {
    expect(failedFor(7, 10).pauses).to.deep.equal([null, null, 1000, 2000, 4000, 5000, 5000])
    expect(failedFor(2000, 0).pauses.at(-1)).to.equal(5000)
  })

  it('is as new after one success', () => {
    expect(afterTry(failedFor(5, 10).health, { ok: true }, new Date(start), limits)).to.deep.equal({ health: HEALTHY })
  })

  it('is off after days without a success, and at once when the receiver is gone', () => {
    const { health } = failedFor(5, 10)
    const day = (n: number) => new Date(start + n * 86_400_000)
    expect(afterTry(health, failed, day(1.9), limits).disable).to.equal(undefined)
    expect(afterTry(health, failed, day(2), limits).disable).to.equal('failing')
    expect(afterTry(HEALTHY, { ok: false, gone: true }, day(0), limits).disable).to.equal('gone')
  })
})

describe('the next try of a delivery', () => {
  it('follows the schedule, give or take a fifth, and ends with it', () => {
    const now = new Date(start)
    const wait = (tries: number, chance: number) => {
      const at = nextTry(tries, now, [5, 300], chance)
      return at === undefined ? undefined : (at.getTime() - start) / 1000
    }
    expect([wait(1, 0), wait(1, 0.5), wait(1, 1), wait(2, 0.5)]).to.deep.equal([4, 5, 6, 300])
    expect(wait(3, 0.5)).to.equal(undefined)
  })
})
