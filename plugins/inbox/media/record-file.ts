import type { Clock, Database } from '@parley/core'
import { withFile } from '../domain/files.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { changeMessage } from '../drafting/message.ts'
import type { AttachmentState } from '../models/attachment.ts'
import { lockMessage } from '../storage/lock-message.ts'
import { writeDraft } from '../storage/write-draft.ts'

export interface FileOutcome {
  readonly attachmentId: string
  readonly messageId: string
  /** The vendor's handle, by which a message that has several files knows this one. */
  readonly ref?: string
  readonly state: AttachmentState
  readonly objectKey?: string
  readonly bytes?: number
  readonly mimeType?: string
  readonly detail?: string
}

/** Records what became of a file, on its row and in the message that carries it. A file that was deleted meanwhile stays so. */
export async function recordFile(
  parts: { readonly database: Database; readonly clock: Clock },
  tenantId: string,
  outcome: FileOutcome,
): Promise<'recorded' | 'unwanted'> {
  const { attachmentId, messageId, ref, state, objectKey, detail, bytes, mimeType } = outcome
  return parts.database.transaction(tenantId, async (uow) => {
    const draft = new InboxDraft(parts.clock.now())
    const message = await lockMessage(uow, draft, messageId)
    const changed = await uow
      .trx('inbox.attachment')
      .where({ tenant_id: tenantId, id: attachmentId, state: 'pending' })
      .update({ state, object_key: objectKey ?? null, detail: detail ?? null })
    if (message === undefined || changed === 0) return 'unwanted'
    const known = { ...(objectKey && { objectKey }), ...(bytes && { bytes }), ...(mimeType && { mimeType }) }
    const fields = { content: withFile(message.content, ref, known) }
    changeMessage(draft, message, { change: 'media', fields, reason: state })
    await writeDraft(uow, draft)
    return 'recorded'
  })
}
