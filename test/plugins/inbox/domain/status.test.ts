import { DELIVERY_STATUSES, MESSAGE_STATUSES } from '@parley/core'
import { expect } from 'chai'
import { advance } from '../../../../plugins/inbox/domain/status.ts'

describe('the status of a message', () => {
  it('moves forward along sent, delivered, read, played', () => {
    expect(advance('queued', 'sent')).to.equal('sent')
    expect(advance('sent', 'delivered')).to.equal('delivered')
    expect(advance('delivered', 'read')).to.equal('read')
    expect(advance('read', 'played')).to.equal('played')
  })

  it('never moves back when old news come late', () => {
    expect(advance('read', 'delivered')).to.equal('read')
    expect(advance('delivered', 'sent')).to.equal('delivered')
    expect(advance('sent', 'queued')).to.equal('sent')
  })

  it('fails only before it was delivered, and stays failed', () => {
    expect(advance('queued', 'failed')).to.equal('failed')
    expect(advance('sent', 'failed')).to.equal('failed')
    expect(advance('unknown', 'failed')).to.equal('failed')
    expect(advance('delivered', 'failed')).to.equal('delivered')
    expect(advance('failed', 'delivered')).to.equal('failed')
  })

  it('lets any evidence settle an unknown outcome, and a cancelled message that went out', () => {
    expect(advance('unknown', 'sent')).to.equal('sent')
    expect(advance('unknown', 'read')).to.equal('read')
    expect(advance('cancelled', 'sent')).to.equal('sent')
  })

  it('ends in the same place whatever the order of a set of news', () => {
    const news = DELIVERY_STATUSES.filter((status) => status !== 'failed')
    for (const start of ['queued', 'unknown'] as const) {
      const forward = news.reduce(advance, start as (typeof MESSAGE_STATUSES)[number])
      const backward = [...news].reverse().reduce(advance, start as (typeof MESSAGE_STATUSES)[number])
      expect(forward).to.equal('played')
      expect(backward).to.equal('played')
    }
  })

  it('leaves a received message alone', () => {
    for (const status of MESSAGE_STATUSES) expect(advance('received', status)).to.equal('received')
  })
})
