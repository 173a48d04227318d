import type { MessageReceived } from '@parley/core'
import { countAutoReply } from '../domain/auto-reply.ts'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { draftSend, type Target } from '../messenger/draft-send.ts'
import { decideBurst, type Rules, stateOf } from './decide-burst.ts'

/** Who automatic answers are from, as the author's id. */
export const AUTO_REPLY = 'auto-reply'

/** Decides about a burst as its thread stands in the draft, and drafts the answer. */
export function draftReply(
  draft: InboxDraft,
  rules: Rules,
  target: Target,
  burst: readonly MessageReceived[],
  dedupeKey: string,
): void {
  const { thread, conversation } = target
  const decided = decideBurst(rules, thread, conversation, burst)
  if (decided === undefined) return
  const author = { kind: 'bot', id: AUTO_REPLY, name: decided.answer } as const
  const content = { kind: 'text', text: decided.text } as const
  const sent = draftSend(draft, target, { conversationId: conversation.id, content, author, dedupeKey })
  if (sent.ok) Object.assign(thread, countAutoReply(stateOf(thread, conversation), decided.answer, rules.now))
}

/** By the last message of the burst: one that comes again is not answered again. */
export function replyKey(messageId: string): string {
  return `auto:${messageId}`
}
