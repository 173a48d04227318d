import type { ChannelCapabilities } from '@parley/core'
import { expect } from 'chai'
import { checkSend, type SendabilityFacts, sendability } from '../../../../plugins/inbox/domain/sendability.ts'
import { openWindow } from '../../../../plugins/inbox/domain/window.ts'

const capabilities: ChannelCapabilities = {
  title: 'Windowed',
  sends: ['text', 'image', 'template'],
  maxTextLength: 10,
  maxCaptionLength: 5,
  maxMediaBytes: { image: 1000 },
  window: { hoursByOpener: { message: 24, referral: 72 }, whenClosed: ['template'] },
}
const now = new Date('2026-11-23T10:00:00Z')
const inHours = (count: number) => new Date(now.getTime() + count * 3_600_000)
const facts = (changed: Partial<SendabilityFacts> = {}): SendabilityFacts => ({
  now,
  capabilities,
  health: 'ok',
  opener: 'message',
  expiresAt: inHours(1),
  consent: {},
  blocked: false,
  ...changed,
})
const text = { kind: 'text', text: 'hello' } as const
const template = { kind: 'template', name: 'ping', language: 'en' } as const
const reason = (changed: Partial<SendabilityFacts>, content: Parameters<typeof checkSend>[1] = text) => {
  const result = checkSend(facts(changed), content)
  return result.ok ? 'ok' : result.reason
}

describe('sendability', () => {
  it('allows everything the channel can do while the window is open', () => {
    expect(sendability(facts())).to.deep.equal({
      open: true,
      opener: 'message',
      expiresAt: '2026-11-23T11:00:00.000Z',
      allowed: ['text', 'image', 'template'],
      maxTextLength: 10,
      humanUntil: null,
      detail: null,
      reasons: [],
    })
    expect(reason({})).to.equal('ok')
  })

  it('allows only what passes a closed window', () => {
    const closed = { expiresAt: inHours(0) }
    expect(sendability(facts(closed)))
      .to.include({ open: false })
      .and.have.deep.property('allowed', ['template'])
    expect(reason(closed)).to.equal('window-closed')
    expect(reason(closed, template)).to.equal('ok')
    expect(reason({ expiresAt: null, opener: null })).to.equal('window-closed')
  })

  it('is always open on a channel without a window', () => {
    expect(reason({ capabilities: { ...capabilities, window: null }, expiresAt: null })).to.equal('ok')
  })

  it('counts characters as people do, and captions on their own', () => {
    expect(reason({}, { kind: 'text', text: '👍'.repeat(10) })).to.equal('ok')
    expect(reason({}, { kind: 'text', text: 'a'.repeat(11) })).to.equal('too-long')
    expect(reason({}, { kind: 'image', media: { objectKey: 'k' }, text: 'a'.repeat(6) })).to.equal('too-long')
  })

  it('refuses what the channel cannot do, a sick account, a blocked person and one who said stop', () => {
    expect(reason({}, { kind: 'location', latitude: 1, longitude: 1 })).to.equal('kind-not-supported')
    expect(reason({ capabilities: undefined })).to.equal('channel-not-running')
    expect(reason({ health: 'auth-failed' })).to.equal('channel-unhealthy')
    expect(reason({ health: 'degraded' })).to.equal('ok')
    expect(reason({ blocked: true })).to.equal('opted-out')
    expect(reason({ consent: { all: 'stop' } })).to.equal('opted-out')
    expect(reason({ consent: { all: 'resume' } })).to.equal('ok')
    expect(sendability(facts({ blocked: true }))).to.deep.include({ allowed: [], reasons: ['opted-out'] })
  })

  it('lets a stop of marketing stop marketing only', () => {
    const stopped = facts({ consent: { marketing: 'stop' } })
    expect(checkSend(stopped, text).ok).to.equal(true)
    expect(checkSend(stopped, template, 'marketing')).to.include({ ok: false, reason: 'opted-out' })
  })
})

describe('the window', () => {
  const shut = { opener: null, expiresAt: null }

  it('opens by the act of the customer, longer after a referral', () => {
    expect(openWindow(shut, capabilities, { occurredAt: now })).to.deep.equal({
      opener: 'message',
      expiresAt: inHours(24),
    })
    expect(openWindow(shut, capabilities, { occurredAt: now, referral: {} })).to.deep.equal({
      opener: 'referral',
      expiresAt: inHours(72),
    })
  })

  it('is not shortened by a message that comes late or after a referral', () => {
    const long = { opener: 'referral', expiresAt: inHours(72) } as const
    expect(openWindow(long, capabilities, { occurredAt: now })).to.equal(long)
  })

  it('does not exist on a channel without one', () => {
    expect(openWindow(shut, { ...capabilities, window: null }, { occurredAt: now })).to.equal(shut)
  })

  it('opens the longer window only for referrals that the channel names', () => {
    const ads = {
      ...capabilities,
      window: { hoursByOpener: { message: 24, referral: 168 }, referralSources: ['ADS'], whenClosed: [] },
    }
    const shut = { opener: null, expiresAt: null }
    expect(openWindow(shut, ads, { occurredAt: now, referral: { source: 'ADS' } })).to.deep.equal({
      opener: 'referral',
      expiresAt: inHours(168),
    })
    expect(openWindow(shut, ads, { occurredAt: now, referral: { source: 'SHORTLINK' } }).opener).to.equal('message')
  })

  it('gives people longer than programs where the channel says so, and only for conversations', () => {
    const window = { hoursByOpener: { message: 24 }, whenClosed: [], humanHours: 168 }
    const late = facts({ capabilities: { ...capabilities, window }, expiresAt: inHours(-1), customerAt: inHours(-25) })
    expect(sendability(late)).to.deep.include({
      open: false,
      allowed: ['text', 'image', 'template'],
      humanUntil: inHours(143).toISOString(),
      reasons: [],
    })
    expect(checkSend(late, text, 'conversation', true).ok).to.equal(true)
    expect(checkSend(late, text, 'conversation').ok).to.equal(false)
    expect(checkSend(late, text, 'marketing', true).ok).to.equal(false)
    expect(checkSend({ ...late, customerAt: inHours(-168) }, text, 'conversation', true).ok).to.equal(false)
  })
})
