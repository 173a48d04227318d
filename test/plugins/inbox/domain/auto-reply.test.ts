import { expect } from 'chai'
import {
  type AutoReplyRules,
  type AutoReplyState,
  countAutoReply,
  decideAutoReply,
} from '../../../../plugins/inbox/domain/auto-reply.ts'
import { compileKeywords } from '../../../../plugins/inbox/domain/keywords.ts'

const rules: AutoReplyRules = {
  enabled: true,
  greeting: 'Welcome!',
  away: { text: 'We are closed.', cooldownMinutes: 60 },
  maxPerThreadPerHour: 3,
}
const keywords = compileKeywords([{ words: ['price'], answer: 'Ten.' }])
const fresh: AutoReplyState = { holder: 'none', autoCount: 0, autoSince: null, awayAt: null }
const now = new Date('2026-11-23T10:00:00Z')
const minutesAgo = (count: number) => new Date(now.getTime() - count * 60_000)
const decide = (
  burst: { texts?: string[]; opens?: boolean },
  state: Partial<AutoReplyState> = {},
  open = true,
  changed: Partial<AutoReplyRules> = {},
) =>
  decideAutoReply(
    { ...rules, ...changed },
    keywords,
    { ...fresh, ...state },
    { texts: burst.texts ?? ['hello'], opensConversation: burst.opens ?? false },
    { now, open },
  )

describe('the decision about an automatic answer', () => {
  it('greets when the burst opens a conversation, and only then', () => {
    expect(decide({ opens: true })).to.deep.equal({ answer: 'greeting', text: 'Welcome!' })
    expect(decide({})).to.equal(undefined)
    expect(decide({ opens: true }, {}, true, { greeting: '' })).to.equal(undefined)
  })

  it('answers a keyword anywhere in the burst, before anything else', () => {
    expect(decide({ texts: ['hi', 'the price please'], opens: true }, {}, false)).to.deep.equal({
      answer: 'keyword',
      text: 'Ten.',
    })
  })

  it('says that the tenant is away outside of its hours, once per cooldown', () => {
    expect(decide({ opens: true }, {}, false)).to.deep.equal({ answer: 'away', text: 'We are closed.' })
    expect(decide({}, { awayAt: minutesAgo(59) }, false)).to.equal(undefined)
    expect(decide({}, { awayAt: minutesAgo(60) }, false)?.answer).to.equal('away')
  })

  it('is silent while a human or a bot holds the conversation, and when switched off', () => {
    expect(decide({ opens: true, texts: ['price'] }, { holder: 'human' })).to.equal(undefined)
    expect(decide({ opens: true, texts: ['price'] }, { holder: 'bot' })).to.equal(undefined)
    expect(decide({ opens: true }, {}, true, { enabled: false })).to.equal(undefined)
  })

  it('stops at the cap of an hour, and starts again after it', () => {
    expect(decide({ texts: ['price'] }, { autoCount: 3, autoSince: minutesAgo(30) })).to.equal(undefined)
    expect(decide({ texts: ['price'] }, { autoCount: 3, autoSince: minutesAgo(60) })?.answer).to.equal('keyword')
  })

  it('counts answers within the hour that began with the first', () => {
    const first = countAutoReply(fresh, 'greeting', minutesAgo(50))
    expect(first).to.deep.equal({ autoCount: 1, autoSince: minutesAgo(50), awayAt: null })
    const second = countAutoReply({ ...fresh, ...first }, 'away', now)
    expect(second).to.deep.equal({ autoCount: 2, autoSince: minutesAgo(50), awayAt: now })
    const later = countAutoReply({ ...fresh, ...first, autoSince: minutesAgo(61) }, 'keyword', now)
    expect(later).to.deep.equal({ autoCount: 1, autoSince: now, awayAt: null })
  })
})
