import { type MessageReceived, textOf } from '@parley/core'
import { type AutoReply, type AutoReplyState, decideAutoReply } from '../domain/auto-reply.ts'
import { isAutomatic } from '../domain/automatic.ts'
import { isOpen } from '../domain/business-hours.ts'
import type { KeywordMatcher } from '../domain/keywords.ts'
import type { ConversationRecord } from '../models/conversation.ts'
import type { ThreadRecord } from '../models/thread.ts'
import type { InboxTenantSettings } from '../settings/tenant.ts'

/** What a decision about one tenant's bursts stands on. */
export interface Rules {
  readonly settings: InboxTenantSettings
  readonly keywords: KeywordMatcher
  readonly now: Date
  readonly open: boolean
}

export function answersAnything({ autoReplies }: InboxTenantSettings): boolean {
  const { enabled, greeting, away, keywords } = autoReplies
  return enabled && (greeting !== '' || away.text !== '' || keywords.length > 0)
}

export function rulesAt(settings: InboxTenantSettings, keywords: KeywordMatcher, now: Date): Rules {
  return { settings, keywords, now, open: isOpen({ timeZone: settings.timeZone, ...settings.hours }, now) }
}

/**
 * The answer to a burst as its thread stands now. News from the channel itself (`system`), and mail that a machine wrote,
 * are nobody's words.
 */
export function decideBurst(
  rules: Rules,
  thread: ThreadRecord,
  conversation: ConversationRecord,
  burst: readonly MessageReceived[],
): AutoReply | undefined {
  const said = burst.filter(({ content }) => content.kind !== 'system' && !isAutomatic(content))
  if (said.length === 0) return undefined
  const { autoReplies } = rules.settings
  return decideAutoReply(
    autoReplies,
    rules.keywords,
    stateOf(thread, conversation),
    {
      texts: said.map((message) => textOf(message.content)),
      opensConversation: said.some((message) => message.opensConversation),
    },
    rules,
  )
}

export function stateOf(thread: ThreadRecord, { holder }: ConversationRecord): AutoReplyState {
  const { autoCount, autoSince, awayAt } = thread
  return { holder, autoCount, autoSince, awayAt }
}
