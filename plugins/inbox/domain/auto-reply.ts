import type { KeywordMatcher } from './keywords.ts'

export interface AutoReplyRules {
  readonly enabled: boolean
  /** Empty: no greeting. */
  readonly greeting: string
  readonly away: { readonly text: string; readonly cooldownMinutes: number }
  /** Most automatic answers to one person on one connection in an hour: what stops two robots from talking forever. */
  readonly maxPerThreadPerHour: number
}

/** What is known of the thread, read under its lock. */
export interface AutoReplyState {
  readonly holder: 'none' | 'bot' | 'human'
  /** Automatic answers since `autoSince`. */
  readonly autoCount: number
  readonly autoSince: Date | null
  readonly awayAt: Date | null
}

/** The messages that came in one go. */
export interface Burst {
  readonly texts: readonly string[]
  readonly opensConversation: boolean
}

export type AutoReply = { readonly answer: 'keyword' | 'away' | 'greeting'; readonly text: string }

const HOUR = 3_600_000

/**
 * One answer to a burst, or none. A word the tenant has an answer for comes first; else, outside business hours, the away
 * message; else, when the burst opens a conversation, the greeting. Silent while somebody holds the conversation.
 */
export function decideAutoReply(
  rules: AutoReplyRules,
  keywords: KeywordMatcher,
  state: AutoReplyState,
  burst: Burst,
  moment: { readonly now: Date; readonly open: boolean },
): AutoReply | undefined {
  if (!rules.enabled || state.holder !== 'none') return undefined
  if (countInHour(state, moment.now) >= rules.maxPerThreadPerHour) return undefined
  for (const text of burst.texts) {
    const rule = keywords.match(text)
    if (rule !== undefined) return { answer: 'keyword', text: rule.answer }
  }
  if (!moment.open && rules.away.text !== '') {
    const quietUntil = (state.awayAt?.getTime() ?? Number.NEGATIVE_INFINITY) + rules.away.cooldownMinutes * 60_000
    return moment.now.getTime() >= quietUntil ? { answer: 'away', text: rules.away.text } : undefined
  }
  return burst.opensConversation && rules.greeting !== '' ? { answer: 'greeting', text: rules.greeting } : undefined
}

/** The counters after one more answer. */
export function countAutoReply(
  state: AutoReplyState,
  answer: AutoReply['answer'],
  now: Date,
): Pick<AutoReplyState, 'autoCount' | 'autoSince' | 'awayAt'> {
  const counted = countInHour(state, now)
  return {
    autoCount: counted + 1,
    autoSince: counted === 0 || state.autoSince === null ? now : state.autoSince,
    awayAt: answer === 'away' ? now : state.awayAt,
  }
}

function countInHour(state: AutoReplyState, now: Date): number {
  return state.autoSince !== null && now.getTime() - state.autoSince.getTime() < HOUR ? state.autoCount : 0
}
