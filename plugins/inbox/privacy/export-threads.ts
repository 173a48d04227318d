import type { ExportPart, UnitOfWork } from '@parley/core'

/** Messages read in one go. */
const PAGE = 500

interface FileRow {
  readonly id: string
  readonly object_key: string
  readonly name: string | null
}

/** Threads, conversations, messages with the notes about them, and the files themselves. */
export async function* exportThreads(uow: UnitOfWork, ids: readonly string[]): AsyncGenerator<ExportPart> {
  const own = { tenant_id: uow.tenantId }
  const threads = await uow
    .trx('inbox.thread')
    .where(own)
    .whereIn('contact_id', [...ids])
    .select('id', 'channel', 'address', 'contact_id', 'consent', 'created_at')
  const threadIds: string[] = threads.map(({ id }) => id)
  yield { name: 'threads', items: threads }
  yield {
    name: 'conversations',
    items: await uow
      .trx('inbox.conversation')
      .where(own)
      .whereIn('thread_id', threadIds)
      .select('id', 'thread_id', 'channel', 'status', 'opened_at', 'last_message_at', 'resolved_at'),
  }
  yield { name: 'messages', items: messagesOf(uow, threadIds) }
  yield* filesOf(uow, threadIds)
}

async function* messagesOf({ trx, tenantId }: UnitOfWork, threadIds: readonly string[]): AsyncGenerator<unknown> {
  for (const threadId of threadIds) {
    let after = 0
    for (;;) {
      const rows = await trx('inbox.message')
        .where({ tenant_id: tenantId, thread_id: threadId })
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(PAGE)
      for (const { tenant_id: _tenant, ...message } of rows) yield message
      if (rows.length < PAGE) break
      after = rows.at(-1)?.seq
    }
  }
}

/** Each under its id and the name its sender gave it. */
async function* filesOf({ trx, tenantId }: UnitOfWork, threadIds: readonly string[]): AsyncGenerator<ExportPart> {
  const { rows } = await trx.raw<{ rows: FileRow[] }>(
    `select a.id, a.object_key, a.media ->> 'fileName' as name from inbox.attachment a
       join inbox.message m on m.tenant_id = a.tenant_id and m.id = a.message_id
      where a.tenant_id = ?::uuid and m.thread_id = any(?::uuid[]) and a.object_key is not null order by a.id`,
    [tenantId, [...threadIds]],
  )
  for (const { id, object_key: objectKey, name } of rows) {
    const safe = (name ?? 'file').replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').slice(-100)
    yield { fileName: `${id}-${safe}`, objectKey }
  }
}

/** What an agent said to customers, and how far they have read. */
export async function* exportAgent({ trx, tenantId }: UnitOfWork, userId: string): AsyncGenerator<ExportPart> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `select m.id, m.conversation_id, m.text, m.author, m.created_at from inbox.message m
      where m.tenant_id = ?::uuid and m.author ->> 'id' = ? order by m.id`,
    [tenantId, userId],
  )
  yield { name: 'written', items: rows }
  const read = trx('inbox.reader').where({ tenant_id: tenantId, user_id: userId })
  yield { name: 'read', items: await read.select('conversation_id', 'last_seq', 'updated_at') }
}
