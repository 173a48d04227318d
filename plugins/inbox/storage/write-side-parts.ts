import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { toJson } from './json.ts'
import type { Part } from './write-parts.ts'

/** New rows of the ledger, and outcomes. A send that failed stays failed, unless a person resends it. */
export function sendParts(tenantId: string, draft: InboxDraft): Part[] {
  const parts: Part[] = []
  if (draft.newSends.length > 0)
    parts.push({
      name: 'sends',
      sql: `
        insert into inbox.send (tenant_id, message_id, conversation_id, dedupe_key, state, created_at)
        select ?::uuid, "messageId", "conversationId", "dedupeKey", 'intent', ?::timestamptz
        from json_to_recordset(?::json) as w("messageId" uuid, "conversationId" uuid, "dedupeKey" text)`,
      bindings: [tenantId, draft.now, toJson(draft.newSends)],
    })
  const updates = [...draft.sendUpdates.values()]
  if (updates.length > 0)
    parts.push({
      name: 'outcomes',
      sql: `
        update inbox.send s set state = w.state, failure = w.failure, error_code = w."errorCode",
          attempt = case when w.state = 'intent' and w.evidence->>'by' = 'resend' then 0
            else s.attempt - case when w.refund then 1 else 0 end end,
          evidence = coalesce(s.evidence, '[]') || jsonb_build_array(w.evidence)
        from json_to_recordset(?::json)
          as w("messageId" uuid, state text, evidence jsonb, failure text, "errorCode" text, refund boolean)
        where s.tenant_id = ?::uuid and s.message_id = any(?::uuid[]) and s.message_id = w."messageId"
          and (s.state <> 'failed' or w.state = 'intent')`,
      bindings: [toJson(updates), tenantId, updates.map((update) => update.messageId)],
    })
  return parts
}

export function attachmentParts(tenantId: string, draft: InboxDraft): Part[] {
  if (draft.attachments.length === 0) return []
  const sql = `
    insert into inbox.attachment (tenant_id, id, message_id, state, media, object_key, detail, created_at)
    select ?::uuid, id, "messageId", state, media, "objectKey", detail, ?::timestamptz
    from json_to_recordset(?::json)
      as w(id uuid, "messageId" uuid, state text, media jsonb, "objectKey" text, detail text)`
  const rows = draft.attachments.filter((attachment) => draft.newMessages.has(attachment.messageId))
  return [{ name: 'attachments', sql, bindings: [tenantId, draft.now, toJson(rows)] }]
}

export function earlyParts(tenantId: string, draft: InboxDraft): Part[] {
  const parts: Part[] = []
  if (draft.earlyChanges.length > 0)
    parts.push({
      name: 'early',
      sql: `
        insert into inbox.early_change (tenant_id, id, connection_id, external_id, change, created_at)
        select ?::uuid, id, "connectionId", "externalId", change, ?::timestamptz
        from json_to_recordset(?::json) as w(id uuid, "connectionId" uuid, "externalId" text, change jsonb)`,
      bindings: [tenantId, draft.now, toJson(draft.earlyChanges)],
    })
  if (draft.appliedEarlyChanges.length > 0)
    parts.push({
      name: 'applied',
      sql: 'delete from inbox.early_change where tenant_id = ?::uuid and id = any(?::uuid[])',
      bindings: [tenantId, [...draft.appliedEarlyChanges]],
    })
  return parts
}
