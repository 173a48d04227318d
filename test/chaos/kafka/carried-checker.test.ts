import { expect } from 'chai'
import { type CarriedRecord, checkCarried, isCarried, type LoggedEvent } from './carried-checker.ts'

const logged = (off: number): LoggedEvent => ({ part: 0, off, id: `e${off}` })
const carried = (logoff: number, change: Partial<CarriedRecord> = {}): CarriedRecord => ({
  ...{ partition: 0, logpart: 0, logoff, id: `e${logoff}` },
  ...change,
})
const log = [logged(0), logged(1), logged(2)]
const lows = new Map([[0, 3]])
const check = (...records: readonly CarriedRecord[]) => checkCarried(log, lows, records)

describe('the checker of what a topic holds', () => {
  it('passes a topic that repeats, also a suffix of what it had', () => {
    const verdict = check(carried(0), carried(1), carried(0), carried(1), carried(2), carried(1), carried(2))
    expect(verdict).to.include({ records: 7, repeats: 4, lost: 0, reordered: 0, forged: 0 })
    expect(isCarried(verdict)).to.equal(true)
  })

  it('asks only for what the relay says it has sent', () => {
    expect(isCarried(checkCarried(log, new Map([[0, 2]]), [carried(0), carried(1)]))).to.equal(true)
    expect(isCarried(checkCarried(log, new Map(), []))).to.equal(true)
  })

  it('counts what never came, and what came before its turn', () => {
    expect(check(carried(0), carried(1))).to.include({ lost: 1, reordered: 0 })
    expect(check(carried(0), carried(2), carried(1))).to.include({ lost: 0, reordered: 2 })
    expect(check(carried(1), carried(2))).to.include({ lost: 1, reordered: 1 })
  })

  it('counts what stands elsewhere, and what is not the log’s', () => {
    expect(check(carried(0), carried(1, { partition: 5 }), carried(2)).forged).to.equal(1)
    expect(check(carried(0), carried(1, { id: 'other' }), carried(2)).forged).to.equal(1)
    expect(check(carried(0), carried(1), carried(2), carried(3)).forged).to.equal(1)
  })
})
