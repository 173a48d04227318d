import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import type { MessageRecord } from '../models/message.ts'
import { threadsOfMessages } from './find-messages.ts'
import { lockMessages } from './lock-threads.ts'

/** A message under its thread's lock, added to the draft; `undefined` when there is none. */
export async function lockMessage(uow: UnitOfWork, draft: InboxDraft, id: string): Promise<MessageRecord | undefined> {
  const [found] = await threadsOfMessages(uow, [id])
  if (found === undefined) return undefined
  await lockMessages(uow, draft, [{ messageId: id, threadId: found.threadId }])
  return draft.messages.get(id)
}
