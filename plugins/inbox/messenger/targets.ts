import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import type { ConversationRecord } from '../models/conversation.ts'
import type { ThreadRecord } from '../models/thread.ts'
import { conversationsById, lockThreads } from '../storage/lock-threads.ts'

export interface Place {
  readonly thread: ThreadRecord
  readonly conversation: ConversationRecord
}

/**
 * Locks the threads of these conversations. Somebody who names an older conversation of a thread means the person, so the
 * place is the thread's newest conversation. Unknown ids are absent.
 */
export async function lockPlaces(
  uow: UnitOfWork,
  draft: InboxDraft,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, Place>> {
  const ids = [...new Set(conversationIds)]
  await lockThreads(uow, draft, { conversationIds: ids })
  const older = ids.filter((id) => !draft.conversations.has(id))
  draft.add({ conversations: await conversationsById(uow, older) })
  return new Map(
    ids.flatMap((id): [string, Place][] => {
      const thread = draft.threads.get(draft.conversations.get(id)?.threadId ?? '')
      const conversation = thread === undefined ? undefined : draft.current(thread)
      return thread === undefined || conversation === undefined ? [] : [[id, { thread, conversation }]]
    }),
  )
}
