import { expect } from 'chai'
import { type BusinessHours, isOpen } from '../../../../plugins/inbox/domain/business-hours.ts'

const office: BusinessHours = {
  timeZone: 'Europe/Berlin',
  weekly: {
    mon: [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '17:30' },
    ],
    fri: [{ from: '22:00', to: '02:00' }],
    sun: [{ from: '00:00', to: '24:00' }],
  },
  holidays: ['2026-12-28'],
}
const at = (iso: string) => isOpen(office, new Date(iso))

describe('business hours', () => {
  it("follow the wall clock of the tenant's zone", () => {
    expect(at('2026-11-23T07:59:00Z')).to.equal(false)
    expect(at('2026-11-23T08:00:00Z')).to.equal(true)
    expect(at('2026-11-23T11:30:00Z')).to.equal(false)
    expect(at('2026-11-23T16:29:00Z')).to.equal(true)
    expect(at('2026-11-23T16:30:00Z')).to.equal(false)
  })

  it('stay at nine over a change of summer time', () => {
    expect(at('2026-10-19T07:00:00Z')).to.equal(true)
    expect(at('2026-10-26T07:00:00Z')).to.equal(false)
    expect(at('2026-10-26T08:00:00Z')).to.equal(true)
  })

  it('run past midnight into a day that is closed itself', () => {
    expect(at('2026-11-27T21:30:00Z')).to.equal(true)
    expect(at('2026-11-28T00:59:00Z')).to.equal(true)
    expect(at('2026-11-28T01:00:00Z')).to.equal(false)
    expect(at('2026-11-27T20:59:00Z')).to.equal(false)
  })

  it('hold a whole day', () => {
    expect(at('2026-11-28T23:00:00Z')).to.equal(true)
    expect(at('2026-11-29T22:59:00Z')).to.equal(true)
    expect(at('2026-11-29T23:00:00Z')).to.equal(false)
  })

  it('are closed on a holiday', () => {
    expect(at('2026-12-28T09:00:00Z')).to.equal(false)
    expect(at('2026-12-21T09:00:00Z')).to.equal(true)
  })

  it('mean always open for a tenant that keeps none', () => {
    expect(isOpen({ timeZone: 'UTC', weekly: {}, holidays: [] }, new Date())).to.equal(true)
    expect(isOpen({ timeZone: 'UTC', weekly: { mon: [] }, holidays: [] }, new Date())).to.equal(true)
  })
})
