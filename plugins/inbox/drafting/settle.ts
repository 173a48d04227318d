import type { Applied } from '../domain/apply-change.ts'
import { applyChange } from '../domain/apply-change.ts'
import type { MessageChange } from '../domain/message-change.ts'
import type { MessageRecord } from '../models/message.ts'
import type { InboxDraft } from './inbox-draft.ts'
import { changeMessage } from './message.ts'

/** Applies news to a message and closes the ledger when they prove what became of a send. */
export function settle(draft: InboxDraft, message: MessageRecord, change: MessageChange): void {
  const applied = applyChange(message, change)
  if (applied === undefined) return
  changeMessage(draft, message, applied)
  if (applied.settles !== undefined && change.kind === 'status') noteOutcome(draft, message, change, applied)
}

function noteOutcome(
  draft: InboxDraft,
  message: MessageRecord,
  change: Extract<MessageChange, { kind: 'status' }>,
  { settles, reason }: Applied,
): void {
  draft.sendUpdates.set(message.id, {
    messageId: message.id,
    state: settles === 'failed' ? 'failed' : 'done',
    evidence: { by: change.by, at: draft.now.toISOString(), detail: change.status },
    ...(settles === 'failed' ? { failure: 'vendor' } : {}),
    ...(reason === undefined ? {} : { errorCode: reason }),
  })
}
