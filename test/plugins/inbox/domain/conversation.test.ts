import { expect } from 'chai'
import { arrive, type ConversationState } from '../../../../plugins/inbox/domain/conversation.ts'
import { preview } from '../../../../plugins/inbox/domain/preview.ts'

const now = new Date('2026-11-23T10:00:00Z')
const hoursAgo = (count: number) => new Date(now.getTime() - count * 3_600_000)
const times = { expireAfterHours: 72, reopenHours: 24 }
const state = (changed: Partial<ConversationState> = {}): ConversationState => ({
  status: 'open',
  holder: 'none',
  lastMessageAt: hoursAgo(1),
  resolvedAt: null,
  ...changed,
})

describe("a customer's message", () => {
  it('opens the first conversation of a thread', () => {
    expect(arrive(undefined, times, now)).to.deep.equal({ conversation: 'new', status: 'open', expired: false })
  })

  it('stays in the open conversation', () => {
    expect(arrive(state(), times, now)).to.deep.equal({ conversation: 'same', status: 'open' })
  })

  it('wakes a snoozed conversation, however long it slept', () => {
    expect(arrive(state({ status: 'snoozed', lastMessageAt: hoursAgo(500) }), times, now)).to.deep.equal({
      conversation: 'same',
      status: 'open',
    })
  })

  it('reopens a pending conversation unless a bot works on it', () => {
    expect(arrive(state({ status: 'pending' }), times, now)).to.deep.include({ status: 'open' })
    expect(arrive(state({ status: 'pending', holder: 'human' }), times, now)).to.deep.include({ status: 'open' })
    expect(arrive(state({ status: 'pending', holder: 'bot' }), times, now)).to.deep.include({ status: 'pending' })
  })

  it('reopens a resolved conversation for some hours, then opens a new one', () => {
    expect(arrive(state({ status: 'resolved', resolvedAt: hoursAgo(23) }), times, now)).to.deep.equal({
      conversation: 'same',
      status: 'open',
    })
    expect(arrive(state({ status: 'resolved', resolvedAt: hoursAgo(24) }), times, now)).to.deep.equal({
      conversation: 'new',
      status: 'open',
      expired: false,
    })
  })

  it('opens a new conversation when the old one lay idle', () => {
    expect(arrive(state({ lastMessageAt: hoursAgo(72) }), times, now)).to.deep.equal({
      conversation: 'new',
      status: 'open',
      expired: true,
    })
  })

  it('that a machine wrote leaves the state as it is, however old, and opens nothing as open', () => {
    const old = state({ status: 'resolved', resolvedAt: hoursAgo(900), lastMessageAt: hoursAgo(900) })
    expect(arrive(old, times, now, true)).to.deep.equal({ conversation: 'same', status: 'resolved' })
    expect(arrive(state({ status: 'pending' }), times, now, true)).to.deep.include({ status: 'pending' })
    expect(arrive(undefined, times, now, true)).to.deep.equal({
      conversation: 'new',
      status: 'pending',
      expired: false,
    })
  })
})

describe('a preview', () => {
  it('is one line, cut between characters', () => {
    expect(preview('  two\n lines ')).to.equal('two lines')
    expect([...preview('👍'.repeat(200))]).to.have.length(140)
    expect(preview('')).to.equal('')
  })
})
