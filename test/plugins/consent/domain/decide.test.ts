import { expect } from 'chai'
import { decide, type KeptWish } from '../../../../plugins/consent/domain/decide.ts'

const said = (wish: KeptWish['wish'], minute: number, more: Partial<KeptWish> = {}): KeptWish => ({
  ...{ subject: 'contact:a', channel: '*', purpose: 'marketing', means: 'agent', wish },
  changedAt: new Date(Date.UTC(2026, 0, 5, 9, minute)),
  ...more,
})
const counts = (wishes: readonly KeptWish[], own?: string) => decide(wishes, own).marketing?.wish

describe('which wish counts', () => {
  it('of one who spoke twice, about the channel or about all: the latest', () => {
    expect(counts([said('opt-out', 1), said('opt-in', 2, { channel: 'sms' })])).to.equal('opt-in')
    expect(counts([said('opt-out', 3), said('opt-in', 2, { channel: 'sms' })])).to.equal('opt-out')
    expect(counts([])).to.equal(undefined)
  })

  it('of contacts who turned out to be one person: the strictest, whoever spoke last', () => {
    expect(counts([said('opt-out', 1), said('opt-in', 2, { subject: 'contact:b' })])).to.equal('opt-out')
  })

  it('of the address that is written to: its own, if it spoke after every objection', () => {
    const start = (minute: number) => said('opt-in', minute, { subject: 'address:1', channel: 'sms' })
    expect(counts([said('opt-out', 1), start(2)], 'address:1')).to.equal('opt-in')
    expect(counts([said('opt-out', 3), start(2)], 'address:1')).to.equal('opt-out')
    expect(counts([said('opt-out', 1), start(2)], 'address:2'), 'another phone of the person').to.equal('opt-out')
  })

  it('keeps purposes apart', () => {
    const wishes = [said('opt-out', 1), said('opt-in', 2, { purpose: 'newsletter' })]
    expect(
      Object.entries(decide(wishes, undefined)).map(([purpose, { wish }]) => `${purpose} ${wish}`),
    ).to.have.members(['marketing opt-out', 'newsletter opt-in'])
  })
})
