import type { Clock, Job } from '@parley/core'
import Joi from 'joi'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { changeMessage } from '../drafting/message.ts'
import { FLAG_UNCONFIRMED } from '../sending/record-outcomes.ts'
import { lockMessage } from '../storage/lock-message.ts'
import { writeDraft } from '../storage/write-draft.ts'

/** A send that nothing has proved for too long stays `unknown`, and the agents are told: they may resend it. */
export function flagUnconfirmed(clock: Clock): Job<{ messageId: string }> {
  return {
    id: FLAG_UNCONFIRMED,
    input: Joi.object<{ messageId: string }>({ messageId: Joi.string().uuid().required() }),
    async run({ messageId }, uow) {
      const draft = new InboxDraft(clock.now())
      const message = await lockMessage(uow, draft, messageId)
      if (message?.status !== 'unknown') return
      const error = { reason: 'unconfirmed', detail: 'Nobody can tell whether this was sent. Resend it if it matters.' }
      changeMessage(draft, message, { change: 'status', fields: { error }, reason: 'unconfirmed' })
      await writeDraft(uow, draft)
    },
  }
}
