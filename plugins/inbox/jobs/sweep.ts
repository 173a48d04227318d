import type { Clock, Job, TenantSettings, UnitOfWork } from '@parley/core'
import { isIdle } from '../domain/conversation.ts'
import { changeStatus } from '../drafting/conversation.ts'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { settle } from '../drafting/settle.ts'
import type { InboxSettings } from '../settings/app.ts'
import type { InboxTenantSettings } from '../settings/tenant.ts'
import { messagesById } from '../storage/find-messages.ts'
import { conversationsById, lockThreads } from '../storage/lock-threads.ts'
import { writeDraft } from '../storage/write-draft.ts'

export interface SweepParts {
  readonly clock: Clock
  readonly tenantSettings: TenantSettings<InboxTenantSettings>
  readonly settings: InboxSettings
}

const DAY = 86_400_000

/**
 * Closes conversations that lay idle, applies news whose message came at the very same moment (each of the two
 * transactions missed the other), and forgets news about messages that never came.
 */
export function sweep(parts: SweepParts): Job<unknown> {
  return {
    id: 'sweep',
    cron: '*/5 * * * *',
    async run(_input, uow) {
      const draft = new InboxDraft(parts.clock.now())
      await expireIdle(parts, uow, draft)
      await applyMissed(parts, uow, draft)
      await writeDraft(uow, draft)
      await uow
        .trx('inbox.early_change')
        .where({ tenant_id: uow.tenantId })
        .where('created_at', '<', new Date(draft.now.getTime() - parts.settings.earlyKeepDays * DAY))
        .delete()
    },
  }
}

async function expireIdle({ tenantSettings, settings }: SweepParts, uow: UnitOfWork, draft: InboxDraft): Promise<void> {
  const { conversation: times } = await tenantSettings.of(uow.tenantId)
  const before = new Date(draft.now.getTime() - times.expireAfterHours * 3_600_000)
  const { rows } = await uow.trx.raw<{ rows: { id: string; thread_id: string }[] }>(
    ['open', 'pending']
      .map(
        () => `(select id, thread_id from inbox.conversation
                where tenant_id = ?::uuid and status = ? and last_message_at <= ?::timestamptz
                order by last_message_at, id limit ?)`,
      )
      .join(' union all '),
    ['open', 'pending'].flatMap((status) => [uow.tenantId, status, before, settings.sweepBatch]),
  )
  await lockAll(uow, draft, [...new Set(rows.map((row) => row.thread_id))])
  const missing = rows.map((row) => row.id).filter((id) => !draft.conversations.has(id))
  draft.add({ conversations: await conversationsById(uow, missing) })
  for (const { id } of rows) {
    const conversation = draft.conversations.get(id)
    if (conversation !== undefined && isIdle(conversation, times, draft.now))
      changeStatus(draft, conversation, 'resolved', { expired: true })
  }
}

async function applyMissed({ settings }: SweepParts, uow: UnitOfWork, draft: InboxDraft): Promise<void> {
  const { rows } = await uow.trx.raw<{ rows: { id: string; message_id: string; thread_id: string }[] }>(
    `select e.id, m.id as message_id, m.thread_id from inbox.early_change e
     join inbox.message m on m.tenant_id = e.tenant_id and m.connection_id = e.connection_id
       and m.external_id = e.external_id
     where e.tenant_id = ?::uuid order by e.change->>'at' limit ?`,
    [uow.tenantId, settings.sweepBatch],
  )
  if (rows.length === 0) return
  await lockAll(uow, draft, [...new Set(rows.map((row) => row.thread_id))])
  draft.add({ messages: await messagesById(uow, [...new Set(rows.map((row) => row.message_id))]) })
  const changes = await uow
    .trx('inbox.early_change')
    .where({ tenant_id: uow.tenantId })
    .whereIn(
      'id',
      rows.map((row) => row.id),
    )
    .select('id', 'change')
  const byId = new Map(changes.map((one) => [one.id, one.change]))
  for (const row of rows) {
    const message = draft.messages.get(row.message_id)
    const change = byId.get(row.id)
    if (message === undefined || change === undefined) continue
    settle(draft, message, change)
    draft.appliedEarlyChanges.push(row.id)
  }
}

/** Locks that are held already cost nothing. */
async function lockAll(uow: UnitOfWork, draft: InboxDraft, threadIds: readonly string[]): Promise<void> {
  await lockThreads(uow, draft, { threadIds: threadIds.filter((id) => !draft.threads.has(id)) })
}
