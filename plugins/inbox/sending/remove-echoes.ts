import { messageChanged, type UnitOfWork } from '@parley/core'
import { preview } from '../domain/preview.ts'
import { changeHolder } from '../drafting/conversation.ts'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import type { Holder } from '../models/conversation.ts'
import type { MessageRecord } from '../models/message.ts'
import { messagesById } from '../storage/find-messages.ts'

/**
 * Takes away rows that turned out to be echoes of our own sends: on a channel that does not hand our correlation id back,
 * an echo can come before the answer to the send that it echoes, and was stored as a message from the vendor's own app.
 * The hold that it took is given back.
 *
 * @param pairs the echo's id, with the id of the message that it echoes
 * @returns ids of the rows that are gone
 */
export async function removeEchoes(
  uow: UnitOfWork,
  draft: InboxDraft,
  pairs: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  if (pairs.size === 0) return new Set()
  const found = await messagesById(uow, [...pairs.keys()])
  const echoes = found.filter((message) => message.author?.kind === 'native-app')
  const gone = echoes.map((message) => message.id)
  for (const table of ['inbox.message_search', 'inbox.attachment'])
    await uow.trx(table).where({ tenant_id: uow.tenantId }).whereIn('message_id', gone).delete()
  await uow.trx('inbox.message').where({ tenant_id: uow.tenantId }).whereIn('id', gone).delete()
  for (const echo of echoes) forget(draft, echo, draft.messages.get(pairs.get(echo.id) ?? ''))
  return new Set(gone)
}

function forget(draft: InboxDraft, echo: MessageRecord, own: MessageRecord | undefined): void {
  const thread = draft.threads.get(echo.threadId)
  if (thread === undefined) return
  draft.revise(thread)
  const conversation = draft.conversations.get(echo.conversationId)
  const heldBefore = echo.extra?.heldBefore as Holder | undefined
  if (conversation !== undefined && own !== undefined && conversation.lastMessage?.id === echo.id) {
    conversation.lastMessage = { id: own.id, direction: own.direction, kind: own.kind, preview: preview(own.text) }
    draft.dirtyConversations.add(conversation.id)
  }
  if (conversation?.holder === 'human' && heldBefore !== undefined) changeHolder(draft, conversation, heldBefore)
  const { id: messageId, conversationId, threadId, connectionId, seq } = echo
  const { contactId, channel } = thread
  const ref = { messageId, conversationId, threadId, contactId, connectionId, channel, seq }
  const data = { ...ref, change: 'revoked', status: 'cancelled', reason: 'echo-of-own-send' } as const
  draft.publish({ type: messageChanged, key: threadId, data })
}
