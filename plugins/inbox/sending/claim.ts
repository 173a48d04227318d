import type { ConsentStanding, Consents, Database, Identity } from '@parley/core'
import type { Consent } from '../domain/consent.ts'
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
  readonly attemptedAt: Date
  /** Until when a free message may be sent; null: nobody opened a window. */
  readonly windowExpiresAt: Date | null
  /** The customer's last act. */
  readonly customerAt: Date | null
  readonly contactId: string
  readonly channel: string
  /** What the channel itself said about being written to. */
  readonly consent: Consent
  /** What whoever keeps people's wishes knows now. */
  readonly standing?: ConsentStanding | undefined
}

/**
 * Claims these sends, committed before any vendor is called. An attempt that is found under way was left behind by a
 * process that died: it becomes `unknown`.
 */
export async function claimSends(
  { database, consents }: { readonly database: Database; readonly consents?: Consents | undefined },
  tenantId: string,
  messageIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, Claim>> {
  const ids = [...messageIds]
  return database.transaction(tenantId, async (uow) => {
    const { rows } = await uow.trx.raw<{ rows: Claim[] }>(
      `with found as (
         select s.message_id, s.state from inbox.send s
         where s.tenant_id = ?::uuid and s.message_id = any(?::uuid[]) order by s.message_id for update
       ), claimed as (
         update inbox.send s set
           state = case s.state when 'intent' then 'attempting' when 'attempting' then 'unknown' else s.state end,
           attempt = s.attempt + case s.state when 'intent' then 1 else 0 end,
           attempted_at = case s.state when 'intent' then ?::timestamptz else s.attempted_at end
         where s.tenant_id = ?::uuid and s.message_id = any(?::uuid[]) and s.message_id in (select message_id from found)
         returning s.message_id, s.attempt, s.attempted_at
       )
       select found.message_id as "messageId", found.state as was, claimed.attempt, t.address as "to",
         q.external_id as "replyTo", claimed.attempted_at as "attemptedAt", t.window_expires_at as "windowExpiresAt",
         t.customer_at as "customerAt", t.contact_id as "contactId", t.channel, t.consent
       from found join claimed on claimed.message_id = found.message_id
       cross join lateral (
         select mm.thread_id, mm.reply_to from inbox.message mm
         where mm.tenant_id = ?::uuid and mm.id = found.message_id limit 1
       ) m
       cross join lateral (
         select tt.address, tt.window_expires_at, tt.customer_at, tt.contact_id, tt.channel, tt.consent
         from inbox.thread tt where tt.tenant_id = ?::uuid and tt.id = m.thread_id limit 1
       ) t
       left join lateral (
         select qq.external_id from inbox.message qq where qq.tenant_id = ?::uuid and qq.id = m.reply_to limit 1
       ) q on true`,
      [uow.tenantId, ids, now, uow.tenantId, ids, uow.tenantId, uow.tenantId, uow.tenantId],
    )
    const subjects = rows.map(({ contactId, channel, to }) => ({ contactId, channel, address: to }))
    const standings = await consents?.standings(uow, subjects)
    return new Map(rows.map((row, index) => [row.messageId, { ...row, standing: standings?.[index] }]))
  })
}
