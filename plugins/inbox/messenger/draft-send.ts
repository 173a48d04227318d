import { type MessengerSend, type OutboundContent, type Result, refuse, type SendRefusal } from '@parley/core'
import { checkSend, type SendabilityFacts } from '../domain/sendability.ts'
import { changeHolder, changeStatus } from '../drafting/conversation.ts'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { announceQueued, appendMessage } from '../drafting/message.ts'
import type { ConversationRecord } from '../models/conversation.ts'
import type { ThreadRecord } from '../models/thread.ts'

/** Where a send goes: a thread under its lock, with its newest conversation. */
export interface Target {
  readonly thread: ThreadRecord
  readonly conversation: ConversationRecord
  readonly facts: SendabilityFacts
}

/**
 * Passes one send through the gate and drafts its message and its intent. An agent who writes takes the conversation into
 * human hands and reopens a resolved one; a bot is refused when a human has it, or when it changed hands since the bot
 * read its fence.
 */
export function draftSend(
  draft: InboxDraft,
  { thread, conversation, facts }: Target,
  send: MessengerSend,
): Result<{ messageId: string }, SendRefusal> {
  const { author, content } = send
  const lapsed = send.fence !== undefined && send.fence !== conversation.fence
  if (lapsed || (author.kind === 'bot' && conversation.holder === 'human'))
    return refuse('held-by-human', 'Somebody took this conversation over.')
  const passed = checkSend(facts, content, send.purpose, author.kind === 'agent')
  if (!passed.ok) return passed
  if (author.kind === 'agent') {
    if (conversation.status === 'resolved') changeStatus(draft, conversation, 'open', { by: author })
    changeHolder(draft, conversation, 'human', author)
  }
  const message = appendMessage(draft, thread, conversation, {
    direction: 'out',
    content,
    text: textOfOutbound(content),
    status: 'queued',
    author,
    replyTo: send.replyTo ?? null,
  })
  draft.newSends.push({
    messageId: message.id,
    conversationId: conversation.id,
    dedupeKey: send.dedupeKey ?? null,
  })
  announceQueued(draft, message)
  return { ok: true, messageId: message.id }
}

/** What a list and a search read of it. */
export function textOfOutbound(content: OutboundContent): string {
  if (content.kind === 'email') return [content.subject, content.text].filter(Boolean).join('\n')
  if ('text' in content && content.text !== undefined) return content.text
  return content.kind === 'template' || content.kind === 'location' ? (content.name ?? '') : ''
}
