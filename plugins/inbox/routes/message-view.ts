import type { UnitOfWork } from '@parley/core'
import { filesOf } from '../domain/files.ts'
import { ATTACHMENT, type AttachmentRecord } from '../models/attachment.ts'
import type { MessageRecord } from '../models/message.ts'
import { selectList } from '../storage/columns.ts'

/** Messages as the API shows them, with their files. One round trip when any of them can have files. */
export async function viewMessages(uow: UnitOfWork, messages: readonly MessageRecord[]) {
  const withFiles = messages.filter((message) => filesOf(message.content).length > 0).map((message) => message.id)
  const files = new Map<string, AttachmentRecord[]>()
  if (withFiles.length > 0) {
    const { rows } = await uow.trx.raw<{ rows: AttachmentRecord[] }>(
      `select ${selectList('a', ATTACHMENT)} from inbox.attachment a
       where a.tenant_id = ?::uuid and a.message_id = any(?::uuid[]) order by a.id`,
      [uow.tenantId, withFiles],
    )
    for (const row of rows) files.set(row.messageId, [...(files.get(row.messageId) ?? []), row])
  }
  return messages.map((message) => viewMessage(message, files.get(message.id) ?? []))
}

function viewMessage(message: MessageRecord, files: readonly AttachmentRecord[]) {
  const { extra } = message
  return {
    id: message.id,
    conversationId: message.conversationId,
    threadId: message.threadId,
    seq: message.seq,
    revision: message.revision,
    direction: message.direction,
    kind: message.kind,
    private: message.private,
    text: message.text,
    content: message.content,
    status: message.status,
    externalId: message.externalId,
    replyTo: message.replyTo,
    author: message.author,
    error: message.error,
    reactions: message.reactions ?? [],
    edited: extra?.edited ?? null,
    revoked: extra?.revoked ?? null,
    deleted: extra?.deleted ?? null,
    attachments: files.map(viewAttachment),
    occurredAt: message.occurredAt.toISOString(),
    createdAt: message.createdAt.toISOString(),
  }
}

export function viewAttachment({ id, state, media, detail }: AttachmentRecord) {
  return {
    id,
    state,
    mimeType: media.mimeType,
    ...(media.fileName === undefined ? {} : { fileName: media.fileName }),
    ...(media.contentId === undefined ? {} : { contentId: media.contentId }),
    ...(media.inline === undefined ? {} : { inline: media.inline }),
    ...(media.bytes === undefined ? {} : { bytes: media.bytes }),
    ...(detail === null ? {} : { detail }),
    ...(state === 'stored' ? { url: `/api/attachments/${id}` } : {}),
  }
}
