import type { Database, Identity } from '@parley/core'
import type { SendState } from '../models/send.ts'

/** What the ledger says to somebody who wants to send. */
export interface Claim {
  readonly messageId: string
  /** State before the claim: only `intent` may be sent; `attempting` is an attempt whose end nobody saw. */
  readonly was: SendState
  readonly attempt: number
  readonly to: Identity
  /** External id of the message to quote. */
  readonly replyTo: string | null
}

/**
 * Claims these sends, committed before any vendor is called. An attempt that is found under way was left behind by a
 * process that died: it becomes `unknown`.
 */
export async function claimSends(
  database: Database,
  tenantId: string,
  messageIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, Claim>> {
  return database.transaction(tenantId, async (uow) => {
    const { rows } = await uow.trx.raw<{ rows: Claim[] }>(
      `with found as (
         select s.message_id, s.state from inbox.send s
         where s.tenant_id = ?::uuid and s.message_id = any(?::uuid[]) order by s.message_id for update
       )
       update inbox.send s set
         state = case found.state when 'intent' then 'attempting' when 'attempting' then 'unknown' else s.state end,
         attempt = s.attempt + case found.state when 'intent' then 1 else 0 end,
         attempted_at = case found.state when 'intent' then ?::timestamptz else s.attempted_at end
       from found
       join inbox.message m on m.tenant_id = ?::uuid and m.id = found.message_id
       join inbox.thread t on t.tenant_id = m.tenant_id and t.id = m.thread_id
       left join inbox.message q on q.tenant_id = m.tenant_id and q.id = m.reply_to
       where s.tenant_id = ?::uuid and s.message_id = found.message_id
       returning s.message_id as "messageId", found.state as was, s.attempt, t.address as "to",
         q.external_id as "replyTo"`,
      [uow.tenantId, [...messageIds], now, uow.tenantId, uow.tenantId],
    )
    return new Map(rows.map((row) => [row.messageId, row]))
  })
}
