import type { UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { CONVERSATION, type ConversationRecord } from '../models/conversation.ts'
import { MESSAGE, type MessageRecord } from '../models/message.ts'
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
type Binding = string | string[]

/**
 * A row of `w` (with a thread's `id`) finds its thread and the thread's newest conversation, locks both and reads them as
 * they are after the wait. A sub-select that locks is never merged into the outer query, so each is one lookup by key
 * whatever the planner believes about the tables.
 */
const LOCKED = `
  cross join lateral (
    select * from inbox.thread tt where tt.tenant_id = ?::uuid and tt.id = w.id for update
  ) t
  left join lateral (
    select * from inbox.conversation cc where cc.tenant_id = t.tenant_id and cc.id = t.conversation_id for update
  ) c on true`

/**
 * Locks threads in the order of their ids and adds them to the draft, each with its newest conversation. One round trip.
 * Whoever changes anything in a thread takes this lock first, so nobody waits in a circle.
 */
export async function lockThreads(uow: UnitOfWork, draft: InboxDraft, wanted: Wanted): Promise<void> {
  const { sql, bindings } = wantedIds(uow, wanted)
  if (sql === '') return
  const { rows } = await uow.trx.raw<{ rows: readonly Row[] }>(
    `select ${selectList('t', THREAD, 't:')}, ${selectList('c', CONVERSATION, 'c:')}
     from (select id from (${sql}) wanted(id) group by id order by id) w ${LOCKED}`,
    [...bindings, uow.tenantId],
  )
  await addLocked(uow, draft, rows)
}

/** The same for threads of messages that are known by id; the messages are locked and added as well. */
export async function lockMessages(
  uow: UnitOfWork,
  draft: InboxDraft,
  wanted: readonly { readonly messageId: string; readonly threadId: string }[],
): Promise<void> {
  const { rows } = await uow.trx.raw<{ rows: readonly Row[] }>(
    `select ${selectList('t', THREAD, 't:')}, ${selectList('c', CONVERSATION, 'c:')}, ${selectList('m', MESSAGE, 'm:')}
     from (select "threadId" as id, "messageId" from json_to_recordset(?::json) as x("threadId" uuid, "messageId" uuid)
           order by "threadId", "messageId") w ${LOCKED}
     cross join lateral (
       select * from inbox.message mm where mm.tenant_id = ?::uuid and mm.id = w."messageId" for update
     ) m`,
    [JSON.stringify(wanted), uow.tenantId, uow.tenantId],
  )
  await addLocked(uow, draft, rows)
  draft.add({ messages: rows.map((row) => pick<MessageRecord>(row, MESSAGE, 'm:')) })
}

async function addLocked(uow: UnitOfWork, draft: InboxDraft, rows: readonly Row[]): Promise<void> {
  const fresh = rows.filter((row) => !draft.threads.has(String(row['t:id'])))
  const threads = fresh.map((row) => pick<ThreadRecord>(row, THREAD, 't:'))
  const conversations = fresh.flatMap((row) =>
    row['c:id'] === null ? [] : [pick<ConversationRecord>(row, CONVERSATION, 'c:')],
  )
  draft.add({ threads, conversations })
  const opened = threads.flatMap((thread) => {
    const { conversationId } = thread
    return conversationId === null || draft.conversations.has(conversationId) ? [] : [conversationId]
  })
  draft.add({ conversations: await conversationsById(uow, opened) })
}

/** Conversations whose threads are locked already. One that was opened while we waited for the lock is only seen now. */
export async function conversationsById(uow: UnitOfWork, ids: readonly string[]): Promise<ConversationRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: ConversationRecord[] }>(
    `select ${selectList('c', CONVERSATION)} from inbox.conversation c where c.tenant_id = ?::uuid and c.id = any(?::uuid[])`,
    [uow.tenantId, [...ids]],
  )
  return rows
}

/** Each source of ids is its own lookup by key. */
function wantedIds(uow: UnitOfWork, wanted: Wanted): { sql: string; bindings: Binding[] } {
  const parts: { sql: string; bindings: Binding[] }[] = []
  if (wanted.threadIds !== undefined && wanted.threadIds.length > 0)
    parts.push({ sql: 'select unnest(?::uuid[])', bindings: [[...wanted.threadIds]] })
  if (wanted.conversationIds !== undefined && wanted.conversationIds.length > 0)
    parts.push({
      sql: 'select cc.thread_id from inbox.conversation cc where cc.tenant_id = ?::uuid and cc.id = any(?::uuid[])',
      bindings: [uow.tenantId, [...wanted.conversationIds]],
    })
  if (wanted.lanes !== undefined && wanted.lanes.length > 0)
    parts.push({
      sql: `select tt.id from json_to_recordset(?::json) as x("connectionId" uuid, "identityKey" text)
            cross join lateral (
              select id from inbox.thread ll where ll.tenant_id = ?::uuid and ll.connection_id = x."connectionId"
                and ll.identity_key = x."identityKey" limit 1
            ) tt`,
      bindings: [JSON.stringify(wanted.lanes), uow.tenantId],
    })
  return { sql: parts.map((part) => part.sql).join(' union all '), bindings: parts.flatMap((part) => part.bindings) }
}
