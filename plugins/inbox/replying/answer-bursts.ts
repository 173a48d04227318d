import type { Database, MessageReceived, TenantSettings, UnitOfWork } from '@parley/core'
import { countAutoReply } from '../domain/auto-reply.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { knownKeys, sendKey } from '../messenger/dedupe.ts'
import { draftSend } from '../messenger/draft-send.ts'
import { loadFacts } from '../messenger/facts.ts'
import type { MessengerParts } from '../messenger/parts.ts'
import type { Place } from '../messenger/targets.ts'
import type { InboxTenantSettings } from '../settings/tenant.ts'
import { lockStragglers, lockThreads } from '../storage/lock-threads.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { decideBurst, type Rules, rulesAt, stateOf } from './decide-burst.ts'
import type { KeywordCache } from './keyword-cache.ts'

export interface AnswerParts extends MessengerParts {
  readonly database: Database
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
  readonly keywords: KeywordCache
}

type Messages = readonly MessageReceived[]

interface Pending extends Place {
  readonly burst: Messages
  /** By the last message: a burst that comes again is not answered again. */
  readonly dedupeKey: string
}

/** Decides about bursts of one tenant under their threads' locks, and queues the answers, all in one transaction. */
export async function answerBursts(parts: AnswerParts, tenantId: string, bursts: readonly Messages[]): Promise<void> {
  const settings = await parts.tenantSettings.of(tenantId)
  const { enabled, greeting, away, keywords } = settings.autoReplies
  if (!enabled || (greeting === '' && away.text === '' && keywords.length === 0)) return
  const rules = rulesAt(settings, parts.keywords.of(keywords), parts.clock.now())
  await parts.database.transaction(tenantId, (uow) => answer(parts, uow, rules, bursts))
}

async function answer(parts: AnswerParts, uow: UnitOfWork, rules: Rules, bursts: readonly Messages[]): Promise<void> {
  const draft = new InboxDraft(rules.now)
  const wanted = { threadIds: [...new Set(bursts.flatMap((burst) => burst[0]?.threadId ?? []))] }
  await lockThreads(uow, draft, wanted)
  if (draft.threads.size < wanted.threadIds.length) await lockStragglers(uow, draft, wanted)
  const pending = bursts
    .flatMap((burst) => place(draft, burst) ?? [])
    .filter((one) => decideBurst(rules, one.thread, one.conversation, one.burst) !== undefined)
  if (pending.length === 0) return
  const facts = await loadFacts(parts, uow, [...new Set(pending.map((one) => one.thread))])
  const keys = pending.map((one) => sendKey(one.conversation.id, one.dedupeKey))
  const taken = await knownKeys(uow, keys)
  for (const one of pending) {
    const known = facts.get(one.thread.id)
    if (known === undefined || taken.has(`${one.conversation.id}/${one.dedupeKey}`)) continue
    reply(draft, rules, { ...one, facts: known })
  }
  await writeDraft(uow, draft)
}

function place(draft: InboxDraft, burst: Messages): Pending | undefined {
  const thread = draft.threads.get(burst[0]?.threadId ?? '')
  const conversation = thread === undefined ? undefined : draft.current(thread)
  const last = burst.at(-1)
  if (thread === undefined || conversation === undefined || last === undefined) return undefined
  return { thread, conversation, burst, dedupeKey: `auto:${last.messageId}` }
}

/** Decides once more: an earlier burst of the same thread in this batch may have used up what is allowed. */
function reply(
  draft: InboxDraft,
  rules: Rules,
  one: Pending & { facts: Parameters<typeof draftSend>[1]['facts'] },
): void {
  const { thread, conversation, burst, dedupeKey } = one
  const decided = decideBurst(rules, thread, conversation, burst)
  if (decided === undefined) return
  const author = { kind: 'bot', id: 'auto-reply', name: decided.answer } as const
  const content = { kind: 'text', text: decided.text } as const
  const sent = draftSend(draft, one, { conversationId: conversation.id, content, author, dedupeKey })
  if (sent.ok) Object.assign(thread, countAutoReply(stateOf(thread, conversation), decided.answer, rules.now))
}
