import { expect } from 'chai'
import { mailTime, type Rhythm } from '../../../../plugins/notifications/domain/quiet-hours.ts'

const berlin: Rhythm = { zone: 'Europe/Berlin', quiet: null, digest: 'none', digestAt: '09:00' }
const night = { from: '22:00', to: '07:00' }
const time = (now: string, more: Partial<Rhythm> = {}) => mailTime(new Date(now), { ...berlin, ...more }).toISOString()

describe('the time of a mail', () => {
  it('is now for who wants neither quiet nor a digest', () => {
    expect(time('2026-01-05T23:30:00.000Z')).to.equal('2026-01-05T23:30:00.000Z')
  })

  it('is the end of the quiet hours in the zone of the person, before and after midnight', () => {
    expect(time('2026-01-05T20:59:00.000Z', { quiet: night })).to.equal('2026-01-05T20:59:00.000Z')
    expect(time('2026-01-05T21:00:00.000Z', { quiet: night })).to.equal('2026-01-06T06:00:00.000Z')
    expect(time('2026-01-06T05:59:00.000Z', { quiet: night })).to.equal('2026-01-06T06:00:00.000Z')
    expect(time('2026-01-06T06:00:00.000Z', { quiet: night })).to.equal('2026-01-06T06:00:00.000Z')
    expect(time('2026-01-06T11:30:00.000Z', { quiet: { from: '12:00', to: '13:00' } })).to.equal(
      '2026-01-06T12:00:00.000Z',
    )
  })

  it('moves with daylight saving', () => {
    expect(time('2026-03-28T22:00:00.000Z', { quiet: night })).to.equal('2026-03-29T05:00:00.000Z')
    expect(time('2026-10-24T22:00:00.000Z', { quiet: night })).to.equal('2026-10-25T06:00:00.000Z')
  })

  it('is that of the next digest, and after the quiet hours when that falls into them', () => {
    expect(time('2026-01-05T10:20:00.000Z', { digest: 'hourly' })).to.equal('2026-01-05T11:00:00.000Z')
    expect(time('2026-01-05T07:59:00.000Z', { digest: 'daily' })).to.equal('2026-01-05T08:00:00.000Z')
    expect(time('2026-01-05T08:00:00.000Z', { digest: 'daily' })).to.equal('2026-01-06T08:00:00.000Z')
    const early = { digest: 'daily', digestAt: '06:30', quiet: night } as const
    expect(time('2026-01-05T12:00:00.000Z', early)).to.equal('2026-01-06T06:00:00.000Z')
  })
})
