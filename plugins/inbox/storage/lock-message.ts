import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import type { MessageRecord } from '../models/message.ts'
import { messagesById, threadsOfMessages } from './find-messages.ts'
import { lockStragglers, lockThreads } from './lock-threads.ts'

/** A message under its thread's lock, added to the draft; `undefined` when there is none. */
export async function lockMessage(uow: UnitOfWork, draft: InboxDraft, id: string): Promise<MessageRecord | undefined> {
  const [found] = await threadsOfMessages(uow, [id])
  if (found === undefined) return undefined
  const wanted = { threadIds: [found.threadId] }
  await lockThreads(uow, draft, wanted)
  if (draft.threads.size === 0) await lockStragglers(uow, draft, wanted)
  draft.add({ messages: await messagesById(uow, [id]) })
  return draft.messages.get(id)
}
