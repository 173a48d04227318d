import type { Clock, Job } from '@parley/core'
import Joi from 'joi'
import { changeStatus } from '../drafting/conversation.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { lockPlaces } from '../messenger/targets.ts'
import { writeDraft } from '../storage/write-draft.ts'

export const WAKE_SNOOZED = 'wake-snoozed'

/** Opens a conversation whose snooze is over. One that was snoozed on, or woken before, is left alone. */
export function wakeSnoozed(clock: Clock): Job<{ conversationId: string }> {
  return {
    id: WAKE_SNOOZED,
    input: Joi.object<{ conversationId: string }>({ conversationId: Joi.string().uuid().required() }),
    async run({ conversationId }, uow) {
      const draft = new InboxDraft(clock.now())
      await lockPlaces(uow, draft, [conversationId])
      const conversation = draft.conversations.get(conversationId)
      if (conversation?.status !== 'snoozed' || conversation.snoozedUntil === null) return
      if (conversation.snoozedUntil > draft.now) return
      changeStatus(draft, conversation, 'open')
      await writeDraft(uow, draft)
    },
  }
}
