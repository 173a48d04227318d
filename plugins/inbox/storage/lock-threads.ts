import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { CONVERSATION, type ConversationRecord } from '../models/conversation.ts'
import { THREAD, type ThreadRecord } from '../models/thread.ts'
import { pick, selectList } from './columns.ts'

/** Where a person writes: what makes a thread unique. */
export interface Lane {
  readonly connectionId: string
  readonly identityKey: string
}

export interface Wanted {
  readonly threadIds?: readonly string[]
  readonly conversationIds?: readonly string[]
  readonly lanes?: readonly Lane[]
}

type Row = Readonly<Record<string, unknown>>

/**
 * Locks threads in the order of their ids and adds them to the draft, each with its newest conversation. One round trip
 * when every wanted thread has a conversation. Whoever changes anything in a thread takes this lock first, so nobody waits
 * in a circle.
 *
 * A thread that got its first or a newer conversation while we waited for its lock drops out of the join; whoever needs
 * it calls {@link lockStragglers}.
 */
export async function lockThreads(uow: UnitOfWork, draft: InboxDraft, wanted: Wanted): Promise<void> {
  const { sql, bindings } = wantedIds(uow, wanted)
  if (sql === '') return
  const { rows } = await uow.trx.raw<{ rows: readonly Row[] }>(
    `select ${selectList('t', THREAD, 't:')}, ${selectList('c', CONVERSATION, 'c:')}
     from inbox.thread t
     join inbox.conversation c on c.tenant_id = t.tenant_id and c.id = t.conversation_id
     where t.tenant_id = ?::uuid and t.id in (${sql})
     order by t.id for update of t, c`,
    [uow.tenantId, ...bindings],
  )
  draft.add({
    threads: rows.map((row) => pick(row, THREAD, 't:')),
    conversations: rows.map((row) => pick(row, CONVERSATION, 'c:')),
  })
}

/** The wanted threads that the draft lacks: without a conversation, or with one that is newer than our first look. */
export async function lockStragglers(uow: UnitOfWork, draft: InboxDraft, wanted: Wanted): Promise<void> {
  const { sql, bindings } = wantedIds(uow, wanted)
  if (sql === '') return
  const { rows: threads } = await uow.trx.raw<{ rows: ThreadRecord[] }>(
    `select ${selectList('t', THREAD)} from inbox.thread t
     where t.tenant_id = ?::uuid and t.id in (${sql}) and not t.id = any(?::uuid[])
     order by t.id for update of t`,
    [uow.tenantId, ...bindings, [...draft.threads.keys()]],
  )
  const ids = threads.flatMap((thread) => thread.conversationId ?? [])
  draft.add({ threads, conversations: await conversationsById(uow, ids) })
}

/** Conversations that are not their thread's newest; their threads are locked already. */
export async function conversationsById(uow: UnitOfWork, ids: readonly string[]): Promise<ConversationRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: ConversationRecord[] }>(
    `select ${selectList('c', CONVERSATION)} from inbox.conversation c where c.tenant_id = ?::uuid and c.id = any(?::uuid[])`,
    [uow.tenantId, [...ids]],
  )
  return rows
}

/** Each source of ids is its own indexed lookup. */
function wantedIds(uow: UnitOfWork, wanted: Wanted): { sql: string; bindings: (string | string[])[] } {
  const parts: { sql: string; bindings: (string | string[])[] }[] = []
  if (wanted.threadIds !== undefined && wanted.threadIds.length > 0)
    parts.push({ sql: 'select unnest(?::uuid[])', bindings: [[...wanted.threadIds]] })
  if (wanted.conversationIds !== undefined && wanted.conversationIds.length > 0)
    parts.push({
      sql: 'select cc.thread_id from inbox.conversation cc where cc.tenant_id = ?::uuid and cc.id = any(?::uuid[])',
      bindings: [uow.tenantId, [...wanted.conversationIds]],
    })
  if (wanted.lanes !== undefined && wanted.lanes.length > 0)
    parts.push({
      sql: `select tt.id from json_to_recordset(?::json) as w("connectionId" uuid, "identityKey" text)
            join inbox.thread tt on tt.tenant_id = ?::uuid and tt.connection_id = w."connectionId"
              and tt.identity_key = w."identityKey"`,
      bindings: [JSON.stringify(wanted.lanes), uow.tenantId],
    })
  return { sql: parts.map((part) => part.sql).join(' union '), bindings: parts.flatMap((part) => part.bindings) }
}
