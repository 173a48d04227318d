import { expect } from 'chai'
import { nextOccurrence } from '../../../core/jobs/cron.ts'
import { ParleyError } from '../../../core/plugin/errors.ts'

describe('a cron expression', () => {
  const after = new Date('2026-02-28T23:59:30.000Z')

  const cases: [string, string][] = [
    ['* * * * *', '2026-03-01T00:00:00.000Z'],
    ['0 2 * * *', '2026-03-01T02:00:00.000Z'],
    ['*/15 9-17 * * 1-5', '2026-03-02T09:00:00.000Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
  ]

  for (const [expression, expected] of cases) {
    it(`${expression} comes next, in UTC, at ${expected}`, () => {
      expect(nextOccurrence(expression, after).toISOString()).to.equal(expected)
    })
  }

  it('comes strictly later than the moment asked about', () => {
    const midnight = new Date('2026-03-01T00:00:00.000Z')
    expect(nextOccurrence('0 0 * * *', midnight).toISOString()).to.equal('2026-03-02T00:00:00.000Z')
  })

  it('is refused when it has seconds, too few fields, or is none', () => {
    for (const wrong of ['0 0 2 * * *', '* * *', 'every day', '99 * * * *', '']) {
      expect(() => nextOccurrence(wrong, after), wrong)
        .to.throw(ParleyError, 'is no cron expression')
        .with.property('code', 'job.cron')
    }
  })
})
