import { expect } from 'chai'
import { check, isClean, type RunEvidence } from './checker.ts'

const tenantId = '0a000000-0000-7000-8000-000000000001'
const step = (n: number, key = 'k') => ({ tenantId, key, n })
const logged = (n: number, off: number) => ({ ...step(n), topic: 't', part: 0, off })
const did = (n: number, group = 'g') => ({ ...step(n), group })

function run(change: Partial<RunEvidence> = {}): RunEvidence {
  return {
    acked: [step(1), step(2), step(3)],
    log: [logged(1, 0), logged(2, 1), logged(3, 2)],
    effects: [did(1), did(3)],
    dead: [did(2)],
    groups: ['g'],
    leftovers: [],
    ...change,
  }
}

describe('the chaos checker', () => {
  it('passes a run that kept every promise, an unacknowledged event included', () => {
    const verdict = check(run({ acked: [step(1), step(2)] }))
    expect(verdict).to.include({ acked: 2, lost: 0, doubled: 0, reordered: 0, gaps: 0, dead: 1, unacked: 1 })
    expect(isClean(verdict)).to.equal(true)
  })

  it('counts what was acknowledged and is not in the log, and what nobody handled', () => {
    expect(check(run({ acked: [step(1), step(2), step(3), step(4)] })).lost).to.equal(1)
    expect(check(run({ effects: [did(1)] })).lost).to.equal(1)
    expect(check(run({ groups: ['g', 'h'] })).lost).to.equal(3)
  })

  it('counts what is in the log twice, what came out twice, and what is both handled and dead', () => {
    expect(check(run({ log: [logged(1, 0), logged(2, 1), logged(3, 2), logged(3, 3)] })).doubled).to.equal(1)
    expect(check(run({ effects: [did(1), did(1), did(3)] })).doubled).to.equal(1)
    expect(check(run({ effects: [did(1), did(2), did(3)] })).doubled).to.equal(1)
  })

  it('counts what came after a later one of its key, in the log and in the effects', () => {
    expect(check(run({ log: [logged(1, 0), logged(3, 1), logged(2, 2)] })).reordered).to.equal(1)
    expect(check(run({ effects: [did(3), did(1)] })).reordered).to.equal(1)
  })

  it('counts offsets that are missing, and tells what was left over', () => {
    expect(check(run({ log: [logged(1, 0), logged(2, 1), logged(3, 3)] })).gaps).to.equal(1)
    const verdict = check(run({ leftovers: ['g: 3 parked'] }))
    expect(verdict.drained).to.equal(false)
    expect(verdict.examples).to.deep.equal(['g: 3 parked'])
    expect(isClean(verdict)).to.equal(false)
  })
})
