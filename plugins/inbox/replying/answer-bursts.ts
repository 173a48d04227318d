import type { Database, MessageReceived, TenantSettings, UnitOfWork } from '@parley/core'
import type { Cause } from '../drafting/cause.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { knownKeys, sendKey } from '../messenger/dedupe.ts'
import { Surroundings } from '../messenger/facts.ts'
import type { MessengerParts } from '../messenger/parts.ts'
import type { InboxTenantSettings } from '../settings/tenant.ts'
import { lockThreads } from '../storage/lock-threads.ts'
import { withAddresses } from '../storage/thread-addresses.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { answersAnything, type Rules, rulesAt } from './decide-burst.ts'
import type { KeywordCache } from './keyword-cache.ts'
import { draftReply, replyKey } from './reply.ts'

export interface AnswerParts extends MessengerParts {
  readonly database: Database
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
  readonly keywords: KeywordCache
}

/** A person's messages, in order, and what an answer to them follows from. */
export interface Burst {
  readonly messages: readonly MessageReceived[]
  readonly cause: Cause | undefined
}

/** Decides about bursts of one tenant under their threads' locks, and queues the answers, all in one transaction. */
export async function answerBursts(parts: AnswerParts, tenantId: string, bursts: readonly Burst[]): Promise<void> {
  const settings = await parts.tenantSettings.of(tenantId)
  if (!answersAnything(settings)) return
  const rules = rulesAt(settings, parts.keywords.of(settings.autoReplies.keywords), parts.clock.now())
  await parts.database.transaction(tenantId, (uow) => answer(parts, uow, rules, bursts))
}

/**
 * What needs no lock is read first: the locks are held for the decision and one write only. That a burst was answered
 * before is looked up by the conversation it came in, as its answer was; two processes that hold the same burst at the
 * same time meet at the ledger's unique key.
 */
async function answer(parts: AnswerParts, uow: UnitOfWork, rules: Rules, bursts: readonly Burst[]): Promise<void> {
  const firsts = bursts.flatMap(({ messages }) => messages[0] ?? [])
  const around = await Surroundings.of(parts, uow, await withAddresses(uow, firsts))
  const taken = await knownKeys(uow, bursts.map(keyOf))
  const open = bursts.filter((burst) => !taken.has(keyOf(burst)?.text ?? ''))
  const draft = new InboxDraft(rules.now)
  await lockThreads(uow, draft, {
    threadIds: [...new Set(open.flatMap(({ messages }) => messages[0]?.threadId ?? []))],
  })
  for (const burst of open) {
    const thread = draft.threads.get(burst.messages[0]?.threadId ?? '')
    const conversation = thread === undefined ? undefined : draft.current(thread)
    const key = keyOf(burst)?.dedupeKey
    if (thread === undefined || conversation === undefined || key === undefined) continue
    draft.cause = burst.cause
    draftReply(draft, rules, { thread, conversation, facts: around.facts(thread) }, burst.messages, key)
  }
  await writeDraft(uow, draft)
}

function keyOf({ messages }: Burst) {
  const last = messages.at(-1)
  return sendKey(last?.conversationId, last === undefined ? undefined : replyKey(last.messageId))
}
