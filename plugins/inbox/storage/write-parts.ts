import { wordsOf } from '../domain/search-words.ts'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import type { MessageRecord } from '../models/message.ts'
import { AUTO_REPLY } from '../replying/reply.ts'
import { toJson } from './json.ts'
import { attachmentParts, earlyParts, sendParts } from './write-side-parts.ts'

/** One data-modifying step of the statement. */
export interface Part {
  readonly name: string
  readonly sql: string
  readonly bindings: readonly (string | Date | string[])[]
}

/** Only the steps that have something to do: planning an empty one costs as much as a full one. */
export function partsOf(tenantId: string, draft: InboxDraft): Part[] {
  return [
    ...threadParts(tenantId, draft),
    ...conversationParts(tenantId, draft),
    ...messageParts(tenantId, draft),
    ...sendParts(tenantId, draft),
    ...attachmentParts(tenantId, draft),
    ...earlyParts(tenantId, draft),
  ]
}

export function pickRows<T>(rows: ReadonlyMap<string, T>, ids: ReadonlySet<string>): T[] {
  return [...ids].flatMap((id) => rows.get(id) ?? [])
}

function threadParts(tenantId: string, draft: InboxDraft): Part[] {
  const rows = pickRows(draft.threads, draft.dirtyThreads)
  if (rows.length === 0) return []
  const sql = `
    update inbox.thread t set contact_id = w."contactId", next_seq = w."nextSeq", revision = w.revision,
      conversation_id = w."conversationId", window_opener = w."windowOpener", window_expires_at = w."windowExpiresAt",
      customer_at = w."customerAt", delivered_up_to = w."deliveredUpTo", read_up_to = w."readUpTo",
      consent = w.consent, auto_count = w."autoCount", auto_since = w."autoSince", away_at = w."awayAt"
    from json_to_recordset(?::json) as w(id uuid, "contactId" uuid, "nextSeq" int, revision int, "conversationId" uuid,
      "windowOpener" text, "windowExpiresAt" timestamptz, "customerAt" timestamptz, "deliveredUpTo" timestamptz,
      "readUpTo" timestamptz, consent jsonb, "autoCount" int, "autoSince" timestamptz,
      "awayAt" timestamptz)
    ${placeIn('inbox.thread')} where t.tenant_id = ?::uuid and t.ctid = place.ctid`
  return [{ name: 'threads', sql, bindings: [toJson(rows), tenantId, tenantId] }]
}

const CONVERSATION_ROW = `w(id uuid, "threadId" uuid, "connectionId" uuid, channel text, "contactId" uuid, status text,
  "snoozedUntil" timestamptz, "assigneeId" text, holder text, fence int, "unreadCount" int, "lastMessage" jsonb,
  "lastMessageAt" timestamptz, "openedAt" timestamptz, "resolvedAt" timestamptz)`

function conversationParts(tenantId: string, draft: InboxDraft): Part[] {
  const parts: Part[] = []
  const opened = pickRows(draft.conversations, draft.newConversations)
  if (opened.length > 0)
    parts.push({
      name: 'opened',
      sql: `
        insert into inbox.conversation (tenant_id, id, thread_id, connection_id, channel, contact_id, status,
          snoozed_until, assignee_id, holder, fence, unread_count, last_message, last_message_at, opened_at, resolved_at,
          changed_xid)
        select ?::uuid, id, "threadId", "connectionId", channel, "contactId", status, "snoozedUntil", "assigneeId",
          holder, fence, "unreadCount", "lastMessage", "lastMessageAt", "openedAt", "resolvedAt", 0
        from json_to_recordset(?::json) as ${CONVERSATION_ROW}`,
      bindings: [tenantId, toJson(opened)],
    })
  const dirty = pickRows(draft.conversations, draft.dirtyConversations)
  if (dirty.length > 0)
    parts.push({
      name: 'conversations',
      sql: `
        update inbox.conversation c set contact_id = w."contactId", status = w.status,
          snoozed_until = w."snoozedUntil", assignee_id = w."assigneeId", holder = w.holder, fence = w.fence,
          unread_count = w."unreadCount", last_message = w."lastMessage", last_message_at = w."lastMessageAt",
          resolved_at = w."resolvedAt"
        from json_to_recordset(?::json) as ${CONVERSATION_ROW}
        ${placeIn('inbox.conversation')} where c.tenant_id = ?::uuid and c.ctid = place.ctid`,
      bindings: [toJson(dirty), tenantId, tenantId],
    })
  if (draft.touchedConversations.size > 0)
    parts.push({
      name: 'touched',
      sql: 'update inbox.conversation set changed_xid = 0 where tenant_id = ?::uuid and id = any(?::uuid[])',
      bindings: [tenantId, [...draft.touchedConversations]],
    })
  return parts
}

const MESSAGE_ROW = `w(id uuid, "threadId" uuid, "conversationId" uuid, "connectionId" uuid, seq int, revision int,
  direction text, kind text, private boolean, content jsonb, text text, status text, "externalId" text, "replyTo" uuid,
  "replyToExternal" text, author jsonb, error jsonb, reactions jsonb, history jsonb, extra jsonb,
  "occurredAt" timestamptz, "createdAt" timestamptz, words text[])`

function messageParts(tenantId: string, draft: InboxDraft): Part[] {
  const worded = (message: MessageRecord) => ({
    ...message,
    words: isRoutine(message) ? [] : wordsOf(tenantId, message.text),
  })
  const parts: Part[] = []
  const added = pickRows(draft.messages, draft.newMessages)
  if (added.length > 0) parts.push(...insertMessages(tenantId, toJson(added.map(worded))))
  const changed = pickRows(draft.messages, draft.dirtyMessages)
  if (changed.length > 0) parts.push(updateMessages(tenantId, toJson(changed)))
  const reworded = changed.filter((message) => message.extra?.edited !== undefined || message.text === '')
  if (reworded.length > 0) parts.push(updateWords(tenantId, reworded.map(worded)))
  return parts
}

/** An automatic answer stands in every conversation: whoever searches for its words does not mean it. */
function isRoutine({ author }: MessageRecord): boolean {
  return author?.kind === 'bot' && author.id === AUTO_REPLY
}

function insertMessages(tenantId: string, rows: string): Part[] {
  return [
    { name: 'added', sql: `select * from json_to_recordset(?::json) as ${MESSAGE_ROW}`, bindings: [rows] },
    {
      name: 'new_messages',
      sql: `
        insert into inbox.message (tenant_id, id, thread_id, conversation_id, connection_id, seq, revision, direction,
          kind, private, content, text, status, external_id, reply_to, reply_to_external, author, error, reactions,
          history, extra, occurred_at, created_at)
        select ?::uuid, id, "threadId", "conversationId", "connectionId", seq, revision, direction, kind, private,
          content, text, status, "externalId", "replyTo", "replyToExternal", author, error, reactions, history, extra,
          "occurredAt", "createdAt"
        from added on conflict do nothing returning id`,
      bindings: [tenantId],
    },
    {
      name: 'new_words',
      sql: `
        insert into inbox.message_search (tenant_id, message_id, conversation_id, at, words)
        select ?::uuid, a.id, a."conversationId", a."createdAt", array_to_tsvector(a.words)
        from added a join new_messages n on n.id = a.id where cardinality(a.words) > 0`,
      bindings: [tenantId],
    },
  ]
}

function updateMessages(tenantId: string, rows: string): Part {
  const sql = `
    update inbox.message m set revision = w.revision, content = w.content, text = w.text, status = w.status,
      external_id = w."externalId", error = w.error, reactions = w.reactions, history = w.history, extra = w.extra
    from json_to_recordset(?::json) as ${MESSAGE_ROW}
    ${placeIn('inbox.message')} where m.tenant_id = ?::uuid and m.ctid = place.ctid`
  return { name: 'messages', sql, bindings: [rows, tenantId, tenantId] }
}

function updateWords(tenantId: string, rows: readonly { id: string; words: string[] }[]): Part {
  const sql = `
    update inbox.message_search s set words = array_to_tsvector(w.words)
    from json_to_recordset(?::json) as w(id uuid, words text[])
    where s.tenant_id = ?::uuid and s.message_id = w.id`
  const words = rows.map((row) => ({ id: row.id, words: row.words }))
  return { name: 'words', sql, bindings: [toJson(words), tenantId] }
}

/**
 * Where the row of each `w.id` lies. An update cannot be told to look rows up by key, and before a table was analysed the
 * planner would rather read all rows of the tenant; this it cannot turn around. The place holds because every writer of
 * these rows has the thread's lock.
 */
function placeIn(table: string): string {
  return `cross join lateral (
      select x.ctid from ${table} x where x.tenant_id = ?::uuid and x.id = w.id limit 1
    ) place`
}
