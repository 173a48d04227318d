import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { partsOf } from './write-parts.ts'

/**
 * Writes the whole draft in one statement and publishes its events. A message that somebody stored a moment earlier under
 * the same external id is left out, and so are its events.
 *
 * @returns ids of the new messages that were stored
 */
export async function writeDraft(uow: UnitOfWork, draft: InboxDraft): Promise<ReadonlySet<string>> {
  const parts = partsOf(uow.tenantId, draft)
  const stored = new Set<string>()
  if (parts.length > 0) {
    const ctes = parts.map((part) => `${part.name} as (${part.sql})`).join(',\n')
    const answer = draft.newMessages.size > 0 ? 'select id from new_messages' : 'select 1'
    const { rows } = await uow.trx.raw<{ rows: { id: string }[] }>(
      `with ${ctes} ${answer}`,
      parts.flatMap((part) => part.bindings),
    )
    if (draft.newMessages.size > 0) for (const { id } of rows) stored.add(id)
  }
  for (const { event, messageId } of draft.events)
    if (messageId === undefined || !draft.newMessages.has(messageId) || stored.has(messageId)) uow.publish(event)
  return stored
}
