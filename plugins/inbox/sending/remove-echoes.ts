import { messageChanged, type UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { messagesById } from '../storage/find-messages.ts'

/**
 * Takes away rows that turned out to be echoes of our own sends: on a channel that does not hand our correlation id back,
 * an echo can come before the answer to the send that it echoes, and was stored as a message from the vendor's own app.
 *
 * @returns ids of the rows that are gone
 */
export async function removeEchoes(
  uow: UnitOfWork,
  draft: InboxDraft,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const echoes = (await messagesById(uow, ids)).filter((message) => message.author?.kind === 'native-app')
  const gone = echoes.map((message) => message.id)
  for (const table of ['inbox.message_search', 'inbox.attachment'])
    await uow.trx(table).where({ tenant_id: uow.tenantId }).whereIn('message_id', gone).delete()
  await uow.trx('inbox.message').where({ tenant_id: uow.tenantId }).whereIn('id', gone).delete()
  for (const echo of echoes) {
    const thread = draft.threads.get(echo.threadId)
    if (thread === undefined) continue
    draft.revise(thread)
    const { id: messageId, conversationId, threadId, connectionId, seq } = echo
    const ref = {
      messageId,
      conversationId,
      threadId,
      connectionId,
      seq,
      contactId: thread.contactId,
      channel: thread.channel,
    }
    const data = { ...ref, change: 'revoked', status: 'cancelled', reason: 'echo-of-own-send' } as const
    draft.events.push({ event: { type: messageChanged, key: threadId, data } })
  }
  return new Set(gone)
}
