import type { UnitOfWork } from '@parley/core'

export interface SendKey {
  readonly conversationId: string
  readonly dedupeKey: string
  readonly text: string
}

export function sendKey(conversationId: string | undefined, dedupeKey: string | undefined): SendKey | undefined {
  if (conversationId === undefined || dedupeKey === undefined) return undefined
  return { conversationId, dedupeKey, text: `${conversationId}/${dedupeKey}` }
}

/** Which of these intents are in the ledger. Read under the threads' locks, so nobody adds one meanwhile. */
export async function knownKeys(uow: UnitOfWork, keys: readonly (SendKey | undefined)[]): Promise<Set<string>> {
  const wanted = keys.filter((key) => key !== undefined)
  if (wanted.length === 0) return new Set()
  const { rows } = await uow.trx.raw<{ rows: { conversationId: string; dedupeKey: string }[] }>(
    `select s.conversation_id as "conversationId", s.dedupe_key as "dedupeKey"
     from json_to_recordset(?::json) as w("conversationId" uuid, "dedupeKey" text)
     cross join lateral (
       select ss.conversation_id, ss.dedupe_key from inbox.send ss
       where ss.tenant_id = ?::uuid and ss.conversation_id = w."conversationId" and ss.dedupe_key = w."dedupeKey" limit 1
     ) s`,
    [JSON.stringify(wanted), uow.tenantId],
  )
  return new Set(rows.map((row) => `${row.conversationId}/${row.dedupeKey}`))
}
