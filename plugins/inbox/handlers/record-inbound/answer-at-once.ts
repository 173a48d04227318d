import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../../drafting/inbox-draft.ts'
import { Surroundings } from '../../messenger/facts.ts'
import type { MessengerParts } from '../../messenger/parts.ts'
import { answersAnything, rulesAt } from '../../replying/decide-burst.ts'
import type { KeywordCache } from '../../replying/keyword-cache.ts'
import { draftReply, replyKey } from '../../replying/reply.ts'
import type { InboxSettings } from '../../settings/app.ts'
import type { InboxTenantSettings } from '../../settings/tenant.ts'
import type { Answerer } from './batch.ts'
import type { People } from './people.ts'

export interface AnswerAtOnceParts extends MessengerParts {
  readonly settings: InboxSettings
  readonly keywords: KeywordCache
}

/**
 * A tenant that waits for no burst is answered in the transaction that stores the message: the locks are held already, and
 * everything that decides is at hand but people's wishes, so it costs one round trip where somebody keeps them.
 */
export async function answererFor(
  parts: AnswerAtOnceParts,
  tenant: InboxTenantSettings,
  draft: InboxDraft,
  people: People & { readonly uow: UnitOfWork },
): Promise<Answerer | undefined> {
  const { autoReplies } = tenant
  if ((autoReplies.burstMs ?? parts.settings.burstMs) > 0 || !answersAnything(tenant)) return undefined
  const rules = rulesAt(tenant, parts.keywords.of(autoReplies.keywords), draft.now)
  const around = await Surroundings.with(parts, people.uow, people.lanes, people.contacts)
  return (thread, conversation, message) => {
    const target = { thread, conversation, facts: around.facts(thread) }
    draftReply(draft, rules, target, [message], replyKey(message.messageId))
  }
}
