import type { Database, MessageReceived, TenantSettings, UnitOfWork } from '@parley/core'
import { countAutoReply } from '../domain/auto-reply.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { knownKeys, sendKey } from '../messenger/dedupe.ts'
import { draftSend, type Target } from '../messenger/draft-send.ts'
import { Surroundings } from '../messenger/facts.ts'
import type { MessengerParts } from '../messenger/parts.ts'
import type { InboxTenantSettings } from '../settings/tenant.ts'
import { lockThreads } from '../storage/lock-threads.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { decideBurst, type Rules, rulesAt, stateOf } from './decide-burst.ts'
import type { KeywordCache } from './keyword-cache.ts'

export interface AnswerParts extends MessengerParts {
  readonly database: Database
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
  readonly keywords: KeywordCache
}

type Messages = readonly MessageReceived[]

/** Decides about bursts of one tenant under their threads' locks, and queues the answers, all in one transaction. */
export async function answerBursts(parts: AnswerParts, tenantId: string, bursts: readonly Messages[]): Promise<void> {
  const settings = await parts.tenantSettings.of(tenantId)
  const { enabled, greeting, away, keywords } = settings.autoReplies
  if (!enabled || (greeting === '' && away.text === '' && keywords.length === 0)) return
  const rules = rulesAt(settings, parts.keywords.of(keywords), parts.clock.now())
  await parts.database.transaction(tenantId, (uow) => answer(parts, uow, rules, bursts))
}

/**
 * What needs no lock is read first: the locks are held for the decision and one write only. That a burst was answered
 * before is looked up by the conversation it came in, as its answer was; two processes that hold the same burst at the
 * same time meet at the ledger's unique key.
 */
async function answer(parts: AnswerParts, uow: UnitOfWork, rules: Rules, bursts: readonly Messages[]): Promise<void> {
  const firsts = bursts.flatMap((burst) => burst[0] ?? [])
  const around = await Surroundings.of(parts, uow, firsts)
  const taken = await knownKeys(uow, bursts.map(keyOf))
  const open = bursts.filter((burst) => !taken.has(keyOf(burst)?.text ?? ''))
  const draft = new InboxDraft(rules.now)
  await lockThreads(uow, draft, { threadIds: [...new Set(open.flatMap((burst) => burst[0]?.threadId ?? []))] })
  for (const burst of open) {
    const thread = draft.threads.get(burst[0]?.threadId ?? '')
    const conversation = thread === undefined ? undefined : draft.current(thread)
    if (thread === undefined || conversation === undefined) continue
    reply(draft, rules, { thread, conversation, facts: around.facts(thread) }, burst)
  }
  await writeDraft(uow, draft)
}

/** By its last message: a burst that comes again is not answered again. */
function keyOf(burst: Messages) {
  const last = burst.at(-1)
  return sendKey(last?.conversationId, last === undefined ? undefined : `auto:${last.messageId}`)
}

function reply(draft: InboxDraft, rules: Rules, target: Target, burst: Messages): void {
  const { thread, conversation } = target
  const decided = decideBurst(rules, thread, conversation, burst)
  const dedupeKey = keyOf(burst)?.dedupeKey
  if (decided === undefined || dedupeKey === undefined) return
  const author = { kind: 'bot', id: 'auto-reply', name: decided.answer } as const
  const content = { kind: 'text', text: decided.text } as const
  const sent = draftSend(draft, target, { conversationId: conversation.id, content, author, dedupeKey })
  if (sent.ok) Object.assign(thread, countAutoReply(stateOf(thread, conversation), decided.answer, rules.now))
}
